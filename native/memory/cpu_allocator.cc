#include "memory/cpu_allocator.h"

#include <c10/core/CPUAllocator.h>

#include <cstdlib>
#include <string_view>

namespace metatorch {
namespace {

constexpr size_t kPooledFrom = size_t{32} << 10;

// Stands before the memory of every tensor; as long as an alignment, so that this stays aligned.
struct alignas(BlockPool::kAlignment) Header {
  size_t bytes;
  bool pooled;
};

// Tools that watch every block, such as AddressSanitizer, must see each of them freed.
size_t PooledFrom() {
#ifdef __SANITIZE_ADDRESS__
  return std::numeric_limits<size_t>::max();
#else
  const char* choice = std::getenv("METATORCH_ALLOCATOR");
  const bool system = choice != nullptr && std::string_view(choice) == "system";
  return system ? std::numeric_limits<size_t>::max() : kPooledFrom;
#endif
}

}  // namespace

CpuAllocator::CpuAllocator() : pooled_from_(PooledFrom()) {}

CpuAllocator& CpuAllocator::Instance() {
  static auto* const allocator = new CpuAllocator();
  return *allocator;
}

void CpuAllocator::Install() {
  static std::once_flag once;
  std::call_once(once, [] { c10::SetCPUAllocator(&Instance(), 1); });
}

c10::DataPtr CpuAllocator::allocate(size_t bytes) {
  if (bytes == 0) return {nullptr, nullptr, &Delete, c10::DeviceType::CPU};
  Count(bytes);
  void* memory = Take(bytes);
  if (memory == nullptr) {
    allocated_.fetch_sub(bytes, std::memory_order_relaxed);
    C10_THROW_ERROR(OutOfMemoryError,
                    "not enough memory: you tried to allocate " + std::to_string(bytes) + " bytes");
  }
  return {memory, memory, &Delete, c10::DeviceType::CPU};
}

void CpuAllocator::Count(size_t bytes) {
  const uint64_t before = allocated_.fetch_add(bytes, std::memory_order_relaxed);
  const uint64_t after = before + bytes;
  const uint64_t limit = Limit();
  if (after > limit || after < before) {
    allocated_.fetch_sub(bytes, std::memory_order_relaxed);
    throw MemoryLimitError({__func__, __FILE__, static_cast<uint32_t>(__LINE__)},
                           "Expected at most " + std::to_string(limit) +
                               " bytes of CPU tensors, as set by "
                               "torch.setMemoryLimit, but " +
                               std::to_string(before) + " are in use and " + std::to_string(bytes) +
                               " more were asked for");
  }
  uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (after > peak && !peak_.compare_exchange_weak(peak, after, std::memory_order_relaxed)) {
  }
}

void* CpuAllocator::Take(size_t bytes) {
  if (bytes > std::numeric_limits<size_t>::max() - sizeof(Header)) return nullptr;
  const size_t needed = bytes + sizeof(Header);
  const bool pooled = bytes >= pooled_from_;
  void* memory = nullptr;
  if (pooled) {
    const std::lock_guard<std::mutex> lock(mutex_);
    memory = pool_.Allocate(needed);
    if (memory == nullptr) {
      pool_.ReleaseUnused();
      memory = pool_.Allocate(needed);
    }
  } else if (posix_memalign(&memory, BlockPool::kAlignment, needed) != 0) {
    memory = nullptr;
  }
  return memory == nullptr ? nullptr : new (memory) Header{bytes, pooled} + 1;
}

void CpuAllocator::Delete(void* memory) {
  if (memory == nullptr) return;
  Header* const header = static_cast<Header*>(memory) - 1;
  CpuAllocator& self = Instance();
  self.allocated_.fetch_sub(header->bytes, std::memory_order_relaxed);
  if (!header->pooled) {
    std::free(header);
    return;
  }
  const std::lock_guard<std::mutex> lock(self.mutex_);
  self.pool_.Free(header);
}

CpuMemory CpuAllocator::Measure() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {allocated_.load(), peak_.load(), pool_.Reserved()};
}

void CpuAllocator::ResetPeak() { peak_.store(allocated_.load()); }

void CpuAllocator::EmptyCache() {
  const std::lock_guard<std::mutex> lock(mutex_);
  pool_.ReleaseUnused();
}

}  // namespace metatorch
