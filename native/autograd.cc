#include "autograd.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "convert.h"

namespace metatorch {
namespace {

std::vector<at::Tensor> OptionalTensors(const Call& call, size_t index) {
  if (IsNullish(call, call.argv[index])) return {};
  return TensorsArgument(call, index);
}

// grad(outputs, inputs, gradOutputs | null, retainGraph, createGraph, allowUnused)
napi_value Grad(Call& call) {
  call.operator_name = "grad";
  std::vector<at::Tensor> gradients = torch::autograd::grad(
      TensorsArgument(call, 0), TensorsArgument(call, 1), OptionalTensors(call, 2),
      BoolArgument(call, 3), BoolArgument(call, 4), BoolArgument(call, 5));
  return FromTensors(call, std::move(gradients));
}

// backward(outputs, gradOutputs | null, retainGraph, createGraph, inputs)
napi_value Backward(Call& call) {
  call.operator_name = "backward";
  torch::autograd::backward(TensorsArgument(call, 0), OptionalTensors(call, 1),
                            BoolArgument(call, 2), BoolArgument(call, 3), OptionalTensors(call, 4));
  return nullptr;
}

napi_value GradOf(Call& call) { return FromTensor(call, TensorArgument(call, 0).grad()); }

// setGrad(tensor, gradient | null)
napi_value SetGrad(Call& call) {
  call.operator_name = "grad";
  at::Tensor& tensor = TensorArgument(call, 0);
  tensor.mutable_grad() =
      IsNullish(call, call.argv[1]) ? at::Tensor() : TensorArgument(call, 1).detach();
  return nullptr;
}

napi_value RequiresGrad(Call& call) {
  return FromBool(call, TensorArgument(call, 0).requires_grad());
}

napi_value SetRequiresGrad(Call& call) {
  call.operator_name = "requiresGrad_";
  const at::Tensor& tensor = TensorArgument(call, 0);
  const bool value = BoolArgument(call, 1);
  TORCH_CHECK(value || tensor.is_leaf(),
              "you can only change the flag of leaf variables; detach() gives a tensor without it");
  tensor.set_requires_grad(value);
  return nullptr;
}

napi_value IsLeaf(Call& call) { return FromBool(call, TensorArgument(call, 0).is_leaf()); }

napi_value RetainGrad(Call& call) {
  call.operator_name = "retainGrad";
  TensorArgument(call, 0).retain_grad();
  return nullptr;
}

// The operator that made the tensor, such as AddBackward0; null for a leaf.
napi_value GradFn(Call& call) {
  const at::Tensor& tensor = TensorArgument(call, 0);
  const auto& node = tensor.grad_fn();
  if (!node) return FromTensor(call, at::Tensor());
  return FromString(call, node->name());
}

napi_value Version(Call& call) {
  return FromInt(call, static_cast<int64_t>(TensorArgument(call, 0)._version()));
}

napi_value GradMode(Call& call) { return FromBool(call, at::GradMode::is_enabled()); }

napi_value SetGradMode(Call& call) {
  at::GradMode::set_enabled(BoolArgument(call, 0));
  return nullptr;
}

napi_value EnterInferenceMode(Call& call) {
  call.self.inference_modes.push_back(std::make_unique<c10::InferenceMode>(true));
  return nullptr;
}

napi_value LeaveInferenceMode(Call& call) {
  if (!call.self.inference_modes.empty()) call.self.inference_modes.pop_back();
  return nullptr;
}

}  // namespace

void RegisterAutograd(Napi::Object exports, Environment* self) {
  Register<Grad>(exports, "grad", self);
  Register<Backward>(exports, "backward", self);
  Register<GradOf>(exports, "gradOf", self);
  Register<SetGrad>(exports, "setGrad", self);
  Register<RequiresGrad>(exports, "requiresGrad", self);
  Register<SetRequiresGrad>(exports, "setRequiresGrad", self);
  Register<IsLeaf>(exports, "isLeaf", self);
  Register<RetainGrad>(exports, "retainGrad", self);
  Register<GradFn>(exports, "gradFn", self);
  Register<Version>(exports, "version", self);
  Register<GradMode>(exports, "gradMode", self);
  Register<SetGradMode>(exports, "setGradMode", self);
  Register<EnterInferenceMode>(exports, "enterInferenceMode", self);
  Register<LeaveInferenceMode>(exports, "leaveInferenceMode", self);
}

}  // namespace metatorch
