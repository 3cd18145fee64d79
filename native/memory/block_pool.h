// Large blocks of memory out of segments that stay mapped. A block that is freed joins its free
// neighbours and is used again, so that its pages need not be asked of the operating system, zeroed
// and faulted in anew at every step.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace metatorch {

// Two-level segregated fit: M. Masmano, I. Ripoll, A. Crespo, J. Real, TLSF: A New Dynamic Memory
// Allocator for Real-Time Systems, ECRTS 2004. Not synchronised.
class BlockPool {
 public:
  static constexpr size_t kAlignment = 64;

  BlockPool() = default;
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // Null if the operating system gives no more.
  void* Allocate(size_t bytes);
  void Free(void* memory);
  // Gives back the segments in which nothing is used.
  void ReleaseUnused();
  // Bytes of all segments.
  size_t Reserved() const { return reserved_; }

 private:
  struct Block;
  // Lists of free blocks by size: one row for each power of two, kColumns steps within it.
  static constexpr size_t kColumnBits = 4;
  static constexpr size_t kColumns = size_t{1} << kColumnBits;
  static constexpr size_t kRows = 48;

  struct Place {
    size_t row;
    size_t column;
  };

  static Place PlaceOf(size_t bytes);
  static size_t RoundUp(size_t bytes);
  Block* Find(size_t bytes);
  Block* AddSegment(size_t bytes);
  void Split(Block* block, size_t bytes);
  void Insert(Block* block);
  void Remove(Block* block);

  std::array<std::array<Block*, kColumns>, kRows> lists_{};
  uint64_t rows_ = 0;
  std::array<uint32_t, kRows> columns_{};
  std::vector<Block*> segments_;
  size_t reserved_ = 0;
};

}  // namespace metatorch
