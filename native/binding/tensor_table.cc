#include "binding/tensor_table.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "memory/cpu_allocator.h"

namespace metatorch {
namespace {

// Wrappers such as functorch's refuse access to their storage, so the check comes first.
const c10::StorageImpl* StorageOf(const at::Tensor& tensor) {
  const c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
  if (!impl->has_storage()) return nullptr;
  return impl->unsafe_storage().unsafeGetStorageImpl();
}

// A meta tensor's storage has a size and no memory; V8 ends the process at sizes beyond all memory.
int64_t StorageBytes(const at::Tensor& tensor) {
  if (tensor.is_meta()) return 0;
  return static_cast<int64_t>(StorageOf(tensor)->nbytes());
}

// What a tensor costs beside its elements, in libtorch and in the table: measured, and rounded up.
// Without it V8 would take millions of small tensors for nothing and leave them uncollected.
constexpr int64_t kBytesPerTensor = 512;

int64_t BytesOwned(const at::Tensor& tensor) {
  const c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
  if (!impl->has_storage() || impl->unsafe_storage().use_count() != 1) return 0;
  return StorageBytes(tensor);
}

// The most that a tensor may hold on to beside what it counts for: bytes of its graph, which nobody
// counts, or of the storage that it shows.
int64_t MostHeld(const at::Tensor& tensor, int64_t counted) {
  constexpr int64_t kMostElsewhere = int64_t{1} << 30;
  if (tensor.requires_grad() && !tensor.is_leaf()) {
    if (!tensor.is_cpu()) return kMostElsewhere;
    return static_cast<int64_t>(CpuAllocator::Instance().Measure().allocated);
  }
  const bool owns = counted > kBytesPerTensor;
  return owns || StorageOf(tensor) == nullptr ? 0 : StorageBytes(tensor);
}

}  // namespace

int32_t TensorTable::Insert(at::Tensor tensor) {
  const int64_t bytes = kBytesPerTensor + BytesOwned(tensor);
  return table_.Insert({std::move(tensor), bytes});
}

int64_t TensorTable::LeaveToCollector(int32_t handle, int64_t released) {
  Entry& entry = table_.At(handle);
  if (std::exchange(entry.collectable, true)) return released;
  const int64_t held = released > 0 ? std::min(released, MostHeld(entry.tensor, entry.bytes)) : 0;
  entry.bytes += held;
  byte_delta_ += entry.bytes;
  return released - held;
}

int64_t TensorTable::Release(int32_t handle) {
  if (!table_.Holds(handle)) return 0;
  const Entry& entry = table_.At(handle);
  const int64_t bytes = entry.bytes;
  if (entry.collectable) byte_delta_ -= bytes;
  table_.Release(handle);
  return bytes;
}

std::vector<bool> TensorTable::Overwritable(const std::vector<int32_t>& handles,
                                            size_t wanted) const {
  struct Use {
    int wanted = 0;
    size_t count = 0;
    bool elsewhere = false;
    std::unordered_set<const c10::TensorImpl*> shown_by;
  };
  std::unordered_map<const c10::StorageImpl*, Use> uses;
  const std::vector<Entry>& entries = table_.Values();
  std::vector<bool> listed(entries.size());
  for (size_t i = 0; i < handles.size(); ++i) {
    if (!table_.Holds(handles[i])) continue;
    const auto handle = static_cast<size_t>(handles[i]);
    listed[handle] = true;
    if (i >= wanted) continue;
    const at::Tensor& tensor = entries[handle].tensor;
    const c10::StorageImpl* storage = StorageOf(tensor);
    if (storage == nullptr) continue;
    Use& use = uses[storage];
    ++use.wanted;
    // Other threads' handles, tokens of share() and what graphs have saved count too.
    use.count = tensor.unsafeGetTensorImpl()->unsafe_storage().use_count();
    use.elsewhere |= BorrowedArrays::IsBorrowed(tensor);
    // The kernels that overwrite pair elements by their place in memory, and note what they
    // changed.
    use.elsewhere |= !tensor.is_contiguous() || tensor.is_inference();
  }
  for (size_t handle = 0; handle < entries.size(); ++handle) {
    if (!entries[handle].defined()) continue;
    const auto found = uses.find(StorageOf(entries[handle].tensor));
    if (found == uses.end()) continue;
    found->second.shown_by.insert(entries[handle].tensor.unsafeGetTensorImpl());
    found->second.elsewhere |= !listed[handle];
  }
  std::vector<bool> result;
  result.reserve(handles.size());
  for (const int32_t handle : handles) {
    const c10::StorageImpl* storage =
        table_.Holds(handle) ? StorageOf(entries[static_cast<size_t>(handle)].tensor) : nullptr;
    const auto found = uses.find(storage);
    result.push_back(found != uses.end() && found->second.wanted == 1 && !found->second.elsewhere &&
                     found->second.count == found->second.shown_by.size());
  }
  return result;
}

int64_t TensorTable::TakeByteDelta() { return std::exchange(byte_delta_, 0); }

MemoryUse TensorTable::Measure(const std::vector<at::Tensor>& held) const {
  std::unordered_set<const void*> seen;
  int64_t bytes = 0;
  const auto add = [&](const at::Tensor& tensor) {
    const c10::StorageImpl* storage = StorageOf(tensor);
    if (storage != nullptr && seen.insert(storage).second) bytes += StorageBytes(tensor);
  };
  for (const Entry& entry : table_.Values()) {
    if (entry.defined()) add(entry.tensor);
  }
  for (const at::Tensor& tensor : held) add(tensor);
  return {table_.Live(), static_cast<size_t>(bytes)};
}

}  // namespace metatorch
