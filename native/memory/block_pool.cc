#include "memory/block_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <new>

namespace metatorch {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kSegment = size_t{64} << 20;
// What is left of a block after an allocation is a block of its own from this size on.
constexpr size_t kLeastRest = size_t{4} << 10;

size_t Ceil(size_t bytes, size_t step) { return (bytes + step - 1) / step * step; }

// Whole huge pages where the system has them: one fault instead of 512.
void* Map(size_t bytes) {
  void* memory =
      mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto* start = static_cast<std::byte*>(memory);
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(memory) % kHugePage) % kHugePage;
  if (before > 0) munmap(start, before);
  if (kHugePage - before > 0) munmap(start + before + bytes, kHugePage - before);
#ifdef MADV_HUGEPAGE
  madvise(start + before, bytes, MADV_HUGEPAGE);
#endif
  return start + before;
}

}  // namespace

// Stands before each block's memory.
struct alignas(BlockPool::kAlignment) BlockPool::Block {
  // Of the memory that follows; 0 marks a segment's end.
  size_t bytes;
  // The block that lies before in the segment; null for the first.
  Block* previous;
  Block* next_free = nullptr;
  Block* previous_free = nullptr;
  bool is_free = false;

  void* Memory() { return this + 1; }
  Block* Next() { return reinterpret_cast<Block*>(static_cast<std::byte*>(Memory()) + bytes); }
};

BlockPool::~BlockPool() { ReleaseUnused(); }

void* BlockPool::Allocate(size_t bytes) {
  if (bytes > (size_t{1} << 46)) return nullptr;
  const size_t wanted = RoundUp(bytes);
  Block* block = Find(wanted);
  if (block == nullptr) block = AddSegment(wanted);
  if (block == nullptr) return nullptr;
  Remove(block);
  Split(block, wanted);
  return block->Memory();
}

void BlockPool::Free(void* memory) {
  Block* block = static_cast<Block*>(memory) - 1;
  Block* next = block->Next();
  if (next->is_free) {
    Remove(next);
    block->bytes += sizeof(Block) + next->bytes;
  }
  if (block->previous != nullptr && block->previous->is_free) {
    Block* previous = block->previous;
    Remove(previous);
    previous->bytes += sizeof(Block) + block->bytes;
    block = previous;
  }
  block->Next()->previous = block;
  Insert(block);
}

void BlockPool::ReleaseUnused() {
  std::erase_if(segments_, [this](Block* first) {
    if (!first->is_free || first->Next()->bytes != 0) return false;
    Remove(first);
    const size_t bytes = first->bytes + 2 * sizeof(Block);
    reserved_ -= bytes;
    munmap(first, bytes);
    return true;
  });
}

BlockPool::Place BlockPool::PlaceOf(size_t bytes) {
  const size_t row = static_cast<size_t>(std::bit_width(bytes)) - 1;
  return {row, (bytes >> (row - kColumnBits)) - kColumns};
}

// To the least size of a list, so that every block of the list is large enough.
size_t BlockPool::RoundUp(size_t bytes) {
  const size_t aligned = std::max(Ceil(bytes, kAlignment), kLeastRest);
  const size_t row = static_cast<size_t>(std::bit_width(aligned)) - 1;
  return Ceil(aligned, std::max(size_t{1} << (row - kColumnBits), kAlignment));
}

BlockPool::Block* BlockPool::Find(size_t bytes) {
  auto [row, column] = PlaceOf(bytes);
  uint32_t columns = columns_[row] & (~uint32_t{0} << column);
  if (columns == 0) {
    const uint64_t rows = rows_ & (~uint64_t{0} << (row + 1));
    if (rows == 0) return nullptr;
    row = static_cast<size_t>(std::countr_zero(rows));
    columns = columns_[row];
  }
  return lists_[row][static_cast<size_t>(std::countr_zero(columns))];
}

BlockPool::Block* BlockPool::AddSegment(size_t bytes) {
  const size_t needed = bytes + 2 * sizeof(Block);
  const size_t size = needed > kSegment / 2 ? Ceil(needed, kHugePage) : kSegment;
  segments_.reserve(segments_.size() + 1);
  void* memory = Map(size);
  if (memory == nullptr) return nullptr;
  auto* first = new (memory) Block{size - 2 * sizeof(Block), nullptr};
  new (first->Next()) Block{0, first};
  segments_.push_back(first);
  reserved_ += size;
  Insert(first);
  return first;
}

void BlockPool::Split(Block* block, size_t bytes) {
  if (block->bytes < bytes + sizeof(Block) + kLeastRest) return;
  Block* next = block->Next();
  const size_t rest = block->bytes - bytes - sizeof(Block);
  block->bytes = bytes;
  Block* second = new (block->Next()) Block{rest, block};
  next->previous = second;
  Insert(second);
}

void BlockPool::Insert(Block* block) {
  const auto [row, column] = PlaceOf(block->bytes);
  Block*& head = lists_[row][column];
  block->is_free = true;
  block->previous_free = nullptr;
  block->next_free = head;
  if (head != nullptr) head->previous_free = block;
  head = block;
  columns_[row] |= uint32_t{1} << column;
  rows_ |= uint64_t{1} << row;
}

void BlockPool::Remove(Block* block) {
  const auto [row, column] = PlaceOf(block->bytes);
  block->is_free = false;
  if (block->next_free != nullptr) block->next_free->previous_free = block->previous_free;
  if (block->previous_free != nullptr) {
    block->previous_free->next_free = block->next_free;
    return;
  }
  lists_[row][column] = block->next_free;
  if (block->next_free != nullptr) return;
  columns_[row] &= ~(uint32_t{1} << column);
  if (columns_[row] == 0) rows_ &= ~(uint64_t{1} << row);
}

}  // namespace metatorch
