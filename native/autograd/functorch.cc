#include "autograd/functorch.h"

#include <ATen/ATen.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>

#include "autograd/batching.h"
#include "autograd/vmap_rules/rules.h"
#include "binding/convert.h"

namespace metatorch {
namespace {

using at::functorch::RandomnessType;

RandomnessType ParseRandomness(const std::string& name) {
  if (name == "error") return RandomnessType::Error;
  if (name == "different") return RandomnessType::Different;
  if (name == "same") return RandomnessType::Same;
  throw ArgumentError("Expected 'error', 'different' or 'same' for randomness");
}

// enterVmap(size, randomness): the level.
napi_value EnterVmap(Call& call) {
  call.operator_name = "vmap";
  const int64_t size = IntArgument(call, 0);
  const RandomnessType randomness = ParseRandomness(StringArgument(call, 1));
  const int64_t level = at::functorch::initAndPushDynamicLayer(at::functorch::TransformType::Vmap,
                                                               c10::SymInt(size), randomness);
  ++call.self.vmap_depth;
  return FromInt(call, level);
}

napi_value LeaveVmap(Call& call) {
  if (call.self.vmap_depth == 0) return nullptr;
  --call.self.vmap_depth;
  at::functorch::popDynamicLayerAndDeleteMetadata();
  return nullptr;
}

// peelLevel(tensor): [tensor, dim] without the innermost level, whose dimension dim has become;
// null for one that does not vary along it.
napi_value PeelLevel(Call& call) {
  call.operator_name = "vmap";
  const at::Tensor& tensor = TensorArgument(call, 0);
  const auto* batched = at::functorch::maybeGetBatchedImpl(tensor);
  const bool varies = batched != nullptr && batched->level() == metatorch::VmapDepth();
  return ResultInParts(call).MakeArray(2, [&](size_t i) {
    if (i == 0) return FromTensor(call, varies ? at::Tensor(batched->value()) : tensor);
    return varies ? FromInt(call, batched->bdim()) : FromTensor(call, at::Tensor());
  });
}

const char* NameOf(RandomnessType randomness) {
  if (randomness == RandomnessType::Error) return "error";
  return randomness == RandomnessType::Different ? "different" : "same";
}

// lowerVmap(): leaves the innermost level for a while; [its size, its randomness].
napi_value LowerVmap(Call& call) {
  if (metatorch::VmapDepth() == 0) throw VmapError();
  Napi::Array level = Napi::Array::New(call.env, 2);
  call.self.lowered_levels.push_back(
      std::make_unique<at::functorch::DynamicLayer>(at::functorch::popDynamicLayer()));
  const at::functorch::DynamicLayer& layer = *call.self.lowered_levels.back();
  level.Set(0u, layer.batchSize().guard_int(__FILE__, __LINE__));
  level.Set(1u, NameOf(layer.randomness()));
  return level;
}

// raiseVmap(): enters it again.
napi_value RaiseVmap(Call& call) {
  if (call.self.lowered_levels.empty()) return nullptr;
  at::functorch::pushDynamicLayer(std::move(*call.self.lowered_levels.back()));
  call.self.lowered_levels.pop_back();
  return nullptr;
}

napi_value VmapDepth(Call& call) { return FromInt(call, metatorch::VmapDepth()); }

napi_value IsBatched(Call& call) {
  return FromBool(call, metatorch::IsBatched(TensorArgument(call, 0)));
}

// addBatchDim(tensor, dim, level): the dimension becomes the level's.
napi_value AddBatchDim(Call& call) {
  call.operator_name = "vmap";
  return FromTensor(call, at::functorch::addBatchDim(TensorArgument(call, 0), IntArgument(call, 1),
                                                     IntArgument(call, 2)));
}

// removeBatchDim(tensor, dim, level): the level's dimension as the dimension dim; a tensor that
// does not vary along it is repeated.
napi_value RemoveBatchDim(Call& call) {
  call.operator_name = "vmap";
  const at::Tensor& tensor = TensorArgument(call, 0);
  const int64_t level = IntArgument(call, 2);
  const int64_t dim = c10::maybe_wrap_dim(IntArgument(call, 1), tensor.dim() + 1);
  const auto* batched = at::functorch::maybeGetBatchedImpl(tensor);
  if (batched != nullptr && batched->level() == level) {
    return FromTensor(call, batched->value().movedim(batched->bdim(), dim));
  }
  std::vector<int64_t> sizes = tensor.sizes().vec();
  sizes.insert(sizes.begin() + dim, BatchSize(level));
  return FromTensor(call, tensor.unsqueeze(dim).expand(sizes));
}

// varyAlongAll(tensor): the tensor with a dimension for every level, repeated without copying where
// it had none, so that each sample has one of its own.
napi_value VaryAlongAll(Call& call) {
  call.operator_name = "vmap";
  Unbatched tensor = Unbatch(TensorArgument(call, 0));
  for (int64_t level = 1; level <= metatorch::VmapDepth(); ++level) {
    if (Holds(tensor.labels, -level)) continue;
    std::vector<int64_t> sizes = tensor.plain.sizes().vec();
    sizes.insert(sizes.begin(), BatchSize(level));
    tensor.plain = tensor.plain.unsqueeze(0).expand(sizes);
    tensor.labels.insert(tensor.labels.begin(), -level);
  }
  return FromTensor(call, Batch(std::move(tensor.plain), std::move(tensor.labels)));
}

}  // namespace

void LeaveVmap(Environment& self) noexcept {
  try {
    for (; self.vmap_depth > 0; --self.vmap_depth) {
      at::functorch::popDynamicLayerAndDeleteMetadata();
    }
  } catch (...) {
    // The thread is ending, and its levels with it.
  }
}

void RegisterFunctorch(Napi::Object exports, Environment* self) {
  RegisterVmapRules();
  Register<EnterVmap>(exports, "enterVmap", self);
  Register<LeaveVmap>(exports, "leaveVmap", self);
  Register<PeelLevel>(exports, "peelLevel", self);
  Register<LowerVmap>(exports, "lowerVmap", self);
  Register<RaiseVmap>(exports, "raiseVmap", self);
  Register<VmapDepth>(exports, "vmapDepth", self);
  Register<IsBatched>(exports, "isBatched", self);
  Register<AddBatchDim>(exports, "addBatchDim", self);
  Register<RemoveBatchDim>(exports, "removeBatchDim", self);
  Register<VaryAlongAll>(exports, "varyAlongAll", self);
}

}  // namespace metatorch
