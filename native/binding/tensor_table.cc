#include "binding/tensor_table.h"

#include <torch/csrc/autograd/variable.h>

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

// The bytes of a storage that was made for the tensor. One that a graph has saved at once is in use
// twice.
int64_t BytesMade(const at::Tensor& tensor) {
  const c10::StorageImpl* storage = StorageOf(tensor);
  if (storage == nullptr) return 0;
  const bool alone = tensor.unsafeGetTensorImpl()->unsafe_storage().use_count() == 1;
  return alone || (tensor.requires_grad() && !tensor.is_view()) ? StorageBytes(tensor) : 0;
}

// Whether a graph that may still run, or a hook of one, holds the tensor itself, which `views`
// among the handles hold as well. What adds up a leaf's gradient holds it too, and reads nothing of
// it.
bool IsSaved(const at::Tensor& tensor, size_t views) {
  const bool is_leaf = tensor.requires_grad() && tensor.is_leaf();
  const bool added_up =
      is_leaf && torch::autograd::impl::try_get_grad_accumulator(tensor) != nullptr;
  return tensor.use_count() > 1 + views + (added_up ? 1 : 0);
}

// The kernels that overwrite pair elements by their place in memory, and note what they changed.
bool IsWritable(const at::Tensor& tensor) {
  return tensor.is_contiguous() && !tensor.is_inference() && !BorrowedArrays::IsBorrowed(tensor);
}

// The most that the graph behind a tensor may hold, which nobody counts.
int64_t MostInGraph(const at::Tensor& tensor) {
  constexpr int64_t kMostElsewhere = int64_t{1} << 30;
  if (!tensor.requires_grad() || tensor.is_leaf()) return 0;
  if (!tensor.is_cpu()) return kMostElsewhere;
  return static_cast<int64_t>(CpuAllocator::Instance().Measure().allocated);
}

}  // namespace

int32_t TensorTable::Insert(at::Tensor tensor) {
  const int64_t made = BytesMade(tensor);
  return table_.Insert({std::move(tensor), made});
}

int64_t TensorTable::LeaveToCollector(int32_t handle, int64_t released) {
  Entry& entry = table_.At(handle);
  if (entry.counted > 0) return released;
  const int64_t in_graph = released > 0 ? std::min(released, MostInGraph(entry.tensor)) : 0;
  entry.counted = kBytesPerTensor + in_graph;
  byte_delta_ += entry.counted;
  entry.held = StorageOf(entry.tensor);
  if (entry.held != nullptr) Hold(entry.held, StorageBytes(entry.tensor));
  return released - in_graph;
}

void TensorTable::Hold(const c10::StorageImpl* storage, int64_t bytes) {
  Held& held = held_[storage];
  if (held.handles++ > 0) return;
  held.bytes = bytes;
  byte_delta_ += bytes;
}

void TensorTable::LetGo(const c10::StorageImpl* storage) {
  const auto held = held_.find(storage);
  if (held == held_.end() || --held->second.handles > 0) return;
  byte_delta_ -= held->second.bytes;
  held_.erase(held);
}

int64_t TensorTable::Release(int32_t handle) {
  if (!table_.Holds(handle)) return 0;
  const Entry& entry = table_.At(handle);
  byte_delta_ -= entry.counted;
  if (entry.held != nullptr) LetGo(entry.held);
  const c10::StorageImpl* storage = StorageOf(entry.tensor);
  const bool lives_on = entry.made > 0 && storage != nullptr &&
                        entry.tensor.unsafeGetTensorImpl()->unsafe_storage().use_count() > 1;
  const int64_t bytes = lives_on ? entry.made : 0;
  table_.Release(handle);
  return bytes;
}

std::vector<bool> TensorTable::Overwritable(const std::vector<int32_t>& handles,
                                            size_t wanted) const {
  struct Use {
    int wanted = 0;
    const at::Tensor* tensor = nullptr;
    size_t views = 0;
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
    use.tensor = &tensor;
    // Other threads' handles, tokens of share() and what graphs have saved count too.
    use.count = tensor.unsafeGetTensorImpl()->unsafe_storage().use_count();
    use.elsewhere |= !IsWritable(tensor);
  }
  for (size_t handle = 0; handle < entries.size(); ++handle) {
    if (!entries[handle].defined()) continue;
    const at::Tensor& tensor = entries[handle].tensor;
    const auto found = uses.find(StorageOf(tensor));
    if (found == uses.end()) continue;
    found->second.shown_by.insert(tensor.unsafeGetTensorImpl());
    found->second.elsewhere |= !listed[handle];
    if (tensor.is_view() && tensor._base().is_same(*found->second.tensor)) ++found->second.views;
  }
  for (auto& [storage, use] : uses) use.elsewhere |= IsSaved(*use.tensor, use.views);
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
