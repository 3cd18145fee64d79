#include "binding/tensor_table.h"

#include <unordered_set>
#include <utility>

namespace metatorch {
namespace {

// Wrappers such as functorch's refuse access to their storage, so the check comes first.
const c10::StorageImpl* StorageOf(const at::Tensor& tensor) {
  const c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
  if (!impl->has_storage()) return nullptr;
  return impl->unsafe_storage().unsafeGetStorageImpl();
}

// What a tensor costs beside its elements, in libtorch and in the table: measured, and rounded up.
// Without it V8 would take millions of small tensors for nothing and leave them uncollected.
constexpr int64_t kBytesPerTensor = 512;

int64_t BytesOwned(const at::Tensor& tensor) {
  const c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
  if (!impl->has_storage() || impl->unsafe_storage().use_count() != 1) return 0;
  return static_cast<int64_t>(impl->unsafe_storage().nbytes());
}

}  // namespace

int32_t TensorTable::Insert(at::Tensor tensor) {
  const int64_t bytes = kBytesPerTensor + BytesOwned(tensor);
  byte_delta_ += bytes;
  return table_.Insert({std::move(tensor), bytes});
}

void TensorTable::Release(int32_t handle) {
  if (!table_.Holds(handle)) return;
  byte_delta_ -= table_.At(handle).bytes;
  table_.Release(handle);
}

int64_t TensorTable::TakeByteDelta() { return std::exchange(byte_delta_, 0); }

MemoryUse TensorTable::Measure(const std::vector<at::Tensor>& held) const {
  std::unordered_set<const void*> seen;
  size_t bytes = 0;
  const auto add = [&](const at::Tensor& tensor) {
    const c10::StorageImpl* storage = StorageOf(tensor);
    if (storage != nullptr && seen.insert(storage).second) bytes += storage->nbytes();
  };
  for (const Entry& entry : table_.Values()) {
    if (entry.defined()) add(entry.tensor);
  }
  for (const at::Tensor& tensor : held) add(tensor);
  return {table_.Live(), bytes};
}

}  // namespace metatorch
