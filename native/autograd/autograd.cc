#include "autograd/autograd.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "autograd/batched_grad.h"
#include "autograd/batching.h"
#include "autograd/callbacks/backward_pass.h"
#include "binding/convert.h"

namespace metatorch {
namespace {

std::vector<at::Tensor> OptionalTensors(const Call& call, size_t index) {
  if (IsNullish(call, call.argv[index])) return {};
  return TensorsArgument(call, index);
}

GradOptions OptionsArguments(const Call& call, size_t index) {
  return {BoolArgument(call, index), BoolArgument(call, index + 1), true};
}

// grad(outputs, inputs, gradOutputs | null, retainGraph, createGraph, allowUnused)
napi_value Grad(Call& call) {
  call.operator_name = "grad";
  const auto outputs = TensorsArgument(call, 0);
  const auto inputs = TensorsArgument(call, 1);
  const auto seeds = OptionalTensors(call, 2);
  call.self.borrowed->RequireAllAttached();
  const BackwardPass pass(call.self, outputs, inputs);
  GradOptions options = OptionsArguments(call, 3);
  options.allow_unused = BoolArgument(call, 5);
  if (VmapDepth() > 0) return FromTensors(call, BatchedGrad(outputs, inputs, seeds, options));
  return FromTensors(call, torch::autograd::grad(outputs, inputs, seeds, options.retain_graph,
                                                 options.create_graph, options.allow_unused));
}

// backward(outputs, gradOutputs | null, retainGraph, createGraph, inputs)
napi_value Backward(Call& call) {
  call.operator_name = "backward";
  const auto outputs = TensorsArgument(call, 0);
  const auto seeds = OptionalTensors(call, 1);
  call.self.borrowed->RequireAllAttached();
  const auto inputs = OptionalTensors(call, 4);
  const BackwardPass pass(call.self, outputs, inputs);
  const GradOptions options = OptionsArguments(call, 2);
  if (VmapDepth() > 0) {
    BatchedBackward(outputs, seeds, inputs, options);
  } else {
    torch::autograd::backward(outputs, seeds, options.retain_graph, options.create_graph, inputs);
  }
  return nullptr;
}

napi_value GradOf(Call& call) {
  Unbatched tensor = Unbatch(TensorArgument(call, 0));
  const at::Tensor& gradient = tensor.plain.grad();
  if (!gradient.defined()) return FromTensor(call, gradient);
  return FromTensor(call, Batch(gradient, std::move(tensor.labels)));
}

// setGrad(tensor, gradient | null)
napi_value SetGrad(Call& call) {
  call.operator_name = "grad";
  at::Tensor& tensor = TensorArgument(call, 0);
  TORCH_CHECK(!IsBatched(tensor), "vmap: grad cannot be set inside vmap");
  tensor.mutable_grad() =
      IsNullish(call, call.argv[1]) ? at::Tensor() : TensorArgument(call, 1).detach();
  return nullptr;
}

// What autograd knows of a tensor: inside vmap the graph is that of the plain tensor.
at::Tensor Recorded(const Call& call) { return Unbatch(TensorArgument(call, 0)).plain; }

napi_value RequiresGrad(Call& call) {
  const at::Tensor& tensor = TensorArgument(call, 0);
  return FromBool(call,
                  IsBatched(tensor) ? Recorded(call).requires_grad() : tensor.requires_grad());
}

napi_value SetRequiresGrad(Call& call) {
  call.operator_name = "requiresGrad_";
  const at::Tensor tensor = Recorded(call);
  const bool value = BoolArgument(call, 1);
  TORCH_CHECK(value || tensor.is_leaf(),
              "you can only change the flag of leaf variables; detach() gives a tensor without it");
  tensor.set_requires_grad(value);
  return nullptr;
}

napi_value IsLeaf(Call& call) { return FromBool(call, Recorded(call).is_leaf()); }

napi_value RetainGrad(Call& call) {
  call.operator_name = "retainGrad";
  Recorded(call).retain_grad();
  return nullptr;
}

napi_value Version(Call& call) {
  return FromInt(call, static_cast<int64_t>(Recorded(call)._version()));
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
  Register<Version>(exports, "version", self);
  Register<GradMode>(exports, "gradMode", self);
  Register<SetGradMode>(exports, "setGradMode", self);
  Register<EnterInferenceMode>(exports, "enterInferenceMode", self);
  Register<LeaveInferenceMode>(exports, "leaveInferenceMode", self);
}

}  // namespace metatorch
