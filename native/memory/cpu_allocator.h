// The memory of CPU tensors, of the whole process as libtorch's allocators are: counted, limited,
// and kept for reuse.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>

#include "memory/block_pool.h"

namespace metatorch {

// More memory was asked for than the limit leaves.
class MemoryLimitError : public c10::OutOfMemoryError {
  using c10::OutOfMemoryError::OutOfMemoryError;
};

struct CpuMemory {
  // Bytes that tensors and autograd graphs hold, and the most that they held since the last reset.
  uint64_t allocated;
  uint64_t peak;
  // Bytes taken from the operating system for large tensors, used or kept for later.
  uint64_t reserved;
};

class CpuAllocator final : public c10::Allocator {
 public:
  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

  // Lives as long as the process: tensors may go after everything else.
  static CpuAllocator& Instance();
  // Makes it libtorch's allocator of CPU memory, from the first environment on.
  static void Install();

  c10::DataPtr allocate(size_t bytes) override;
  c10::DeleterFnPtr raw_deleter() const override { return &Delete; }
  void copy_data(void* target, const void* source, size_t bytes) const override {
    default_copy_data(target, source, bytes);
  }

  CpuMemory Measure();
  void ResetPeak();
  void SetLimit(uint64_t bytes) { limit_.store(bytes, std::memory_order_relaxed); }
  uint64_t Limit() const { return limit_.load(std::memory_order_relaxed); }
  // Gives memory that no tensor uses back to the operating system.
  void EmptyCache();

 private:
  CpuAllocator();
  static void Delete(void* memory);
  void Count(size_t bytes);
  void* Take(size_t bytes);

  // Blocks from this size on come from the pool.
  const size_t pooled_from_;
  std::atomic<uint64_t> allocated_ = 0;
  std::atomic<uint64_t> peak_ = 0;
  std::atomic<uint64_t> limit_ = kNoLimit;
  std::mutex mutex_;
  BlockPool pool_;
};

}  // namespace metatorch
