#include "memory/shared_tensors.h"

#include <random>
#include <utility>

#include "autograd/batching.h"
#include "binding/convert.h"
#include "memory/borrowed_arrays.h"

namespace metatorch {
namespace {

std::string NewId() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::random_device random;
  std::string id;
  while (id.size() < 32) {
    for (uint32_t i = 0, bits = random(); i < 8; ++i, bits >>= 4) id += kDigits[bits & 15];
  }
  return id;
}

// Another tensor on the same storage. Both see each other's changes in place as autograd counts
// them, and neither has a history.
at::Tensor Alias(const at::Tensor& tensor) {
  const c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
  return at::Tensor(impl->shallow_copy_and_detach(impl->version_counter(),
                                                  /*allow_tensor_metadata_change=*/true));
}

void RequireShareable(const at::Tensor& tensor) {
  if (IsBatched(tensor)) throw VmapError();
  if (tensor.layout() != c10::Layout::Strided || !tensor.has_storage() || tensor._is_zerotensor()) {
    throw ArgumentError("Expected a dense tensor");
  }
  if (BorrowedArrays::IsBorrowed(tensor)) {
    throw ArgumentError(
        "Expected a tensor whose memory is not that of a typed array, which ends with its thread; "
        "send a SharedArrayBuffer and share that on each thread");
  }
}

// shareTensor(tensor, uses): the token's id; 0 uses for no limit.
napi_value ShareTensor(Call& call) {
  call.operator_name = "share";
  const at::Tensor& tensor = TensorArgument(call, 0);
  RequireShareable(tensor);
  const int64_t uses = IntArgument(call, 1);
  return FromString(call, SharedTensors::Instance().Share(
                              &call.self, tensor, uses > 0 ? std::optional(uses) : std::nullopt));
}

// takeShared(id): a tensor of this environment.
napi_value TakeShared(Call& call) {
  call.operator_name = "fromShared";
  return FromTensor(call, SharedTensors::Instance().Take(StringArgument(call, 0)));
}

// releaseShared(id): whether it was held until now.
napi_value ReleaseShared(Call& call) {
  return FromBool(call, SharedTensors::Instance().Release(StringArgument(call, 0)));
}

}  // namespace

SharedTensors& SharedTensors::Instance() {
  static SharedTensors all;
  return all;
}

std::string SharedTensors::Share(const Environment* owner, const at::Tensor& tensor,
                                 std::optional<int64_t> uses) {
  // Threads must not find the memory moved: neither by a change of size nor by copying it late.
  c10::StorageImpl* storage = tensor.storage().unsafeGetStorageImpl();
  if (tensor.numel() > 0) storage->mutable_data();
  storage->set_resizable(false);
  Held held{owner, Alias(tensor), uses};
  std::string id = NewId();
  const std::lock_guard<std::mutex> lock(mutex_);
  held_.emplace(id, std::move(held));
  return id;
}

at::Tensor SharedTensors::Take(const std::string& id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = held_.find(id);
  if (found == held_.end()) {
    throw DisposedError(
        "The token is not one that holds a tensor: it has been released or used up, or the thread "
        "that made it has ended");
  }
  at::Tensor tensor = Alias(found->second.tensor);
  std::optional<int64_t>& uses = found->second.uses;
  if (uses && --*uses == 0) held_.erase(found);
  return tensor;
}

bool SharedTensors::Release(const std::string& id) {
  std::unordered_map<std::string, Held>::node_type released;
  // What frees the memory runs without the lock.
  const std::lock_guard<std::mutex> lock(mutex_);
  released = held_.extract(id);
  return !released.empty();
}

void SharedTensors::ReleaseAllOf(const Environment* owner) {
  std::vector<at::Tensor> released;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto at = held_.begin(); at != held_.end();) {
    if (at->second.owner == owner) {
      released.push_back(std::move(at->second.tensor));
      at = held_.erase(at);
    } else {
      ++at;
    }
  }
}

std::vector<at::Tensor> SharedTensors::HeldFor(const Environment* owner) {
  std::vector<at::Tensor> tensors;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [id, held] : held_) {
    if (held.owner == owner) tensors.push_back(held.tensor);
  }
  return tensors;
}

void RegisterSharedTensors(Napi::Object exports, Environment* self) {
  Register<ShareTensor>(exports, "shareTensor", self);
  Register<TakeShared>(exports, "takeShared", self);
  Register<ReleaseShared>(exports, "releaseShared", self);
}

}  // namespace metatorch
