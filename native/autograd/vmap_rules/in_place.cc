// Operators in place that libtorch has no rule for. It would run them on one sample after the
// other, each of which changes the tensor that all are part of, so that gradients had to be
// refused. They are computed out of place and copied instead, as if by `self.copy_(op(self.clone(),
// …))`.
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <torch/library.h>

#include <optional>
#include <string>

#include "autograd/vmap_rules/rules.h"

namespace metatorch {
namespace {

using c10::DispatchKey;

std::optional<c10::OperatorHandle> OutOfPlace(const c10::OperatorName& name) {
  return c10::Dispatcher::singleton().findSchema(
      {name.name.substr(0, name.name.size() - 1), name.overload_name});
}

void CopyResult(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const size_t count = op.schema().arguments().size();
  c10::IValue& first = (*stack)[stack->size() - count];
  const at::Tensor self = first.toTensor();
  // What backward needs of it must not be overwritten.
  if (at::GradMode::is_enabled()) first = self.clone();
  OutOfPlace(op.operator_name())->callBoxed(*stack);
  const at::Tensor result = stack->back().toTensor();
  stack->pop_back();
  TORCH_CHECK(result.sizes() == self.sizes(), "output with shape ", self.sizes(),
              " doesn't match the broadcast shape ", result.sizes());
  TORCH_CHECK(c10::canCast(result.scalar_type(), self.scalar_type()), "result type ",
              result.scalar_type(), " can't be cast to the desired output type ",
              self.scalar_type());
  self.copy_(result);
  stack->emplace_back(self);
}

bool TakesTheSame(const c10::FunctionSchema& in_place, const c10::FunctionSchema& other) {
  const auto& own = in_place.arguments();
  const auto& others = other.arguments();
  if (own.size() != others.size() || other.returns().size() != 1) return false;
  for (size_t i = 0; i < own.size(); ++i) {
    if (*own[i].type() != *others[i].type()) return false;
  }
  return other.returns()[0].alias_info() == nullptr;
}

// One that writes into its first argument alone and returns it.
bool IsInPlace(const c10::FunctionSchema& schema) {
  const std::string& name = schema.name();
  const auto& arguments = schema.arguments();
  const bool named = name.size() > 7 && name.back() == '_' && name[name.size() - 2] != '_';
  if (!named || name.compare(0, 6, "aten::") != 0 || name[6] == '_') return false;
  if (arguments.empty() || schema.returns().size() != 1 || !schema.is_mutable()) return false;
  return arguments[0].alias_info() != nullptr && arguments[0].alias_info()->isWrite();
}

bool HasRule(const c10::OperatorHandle& op) {
  return op.hasKernelForDispatchKey(DispatchKey::FuncTorchBatched) ||
         op.hasKernelForDispatchKey(DispatchKey::FuncTorchBatchedDecomposition) ||
         op.hasKernelForDispatchKey(DispatchKey::FuncTorchVmapMode);
}

}  // namespace

void AddInPlaceRules(torch::Library& library) {
  auto& dispatcher = c10::Dispatcher::singleton();
  for (const c10::OperatorName& name : dispatcher.getAllOpNames()) {
    const auto op = dispatcher.findSchema(name);
    if (!op.has_value() || !IsInPlace(op->schema()) || HasRule(*op)) continue;
    const auto other = OutOfPlace(name);
    if (!other.has_value() || !TakesTheSame(op->schema(), other->schema())) continue;
    const std::string own = name.name.substr(6);
    const std::string full = name.overload_name.empty() ? own : own + "." + name.overload_name;
    library.impl(full.c_str(), torch::CppFunction::makeFromBoxedFunction<&CopyResult>());
  }
}

}  // namespace metatorch
