// Operators in place that libtorch has no rule for. It would run them on one sample after the
// other, each of which changes the tensor that all are part of, so that gradients had to be
// refused. They are computed out of place and copied instead, as if by `self.copy_(op(self.clone(),
// …))`.
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <torch/library.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "autograd/vmap_rules/rules.h"

namespace metatorch {
namespace {

using c10::DispatchKey;

class CopyResult : public c10::OperatorKernel {
 public:
  explicit CopyResult(c10::OperatorHandle out_of_place) : out_of_place_(std::move(out_of_place)) {}

  void operator()(const c10::OperatorHandle& op, c10::DispatchKeySet, torch::jit::Stack* stack) {
    const size_t count = op.schema().arguments().size();
    c10::IValue& first = (*stack)[stack->size() - count];
    const at::Tensor self = first.toTensor();
    // What backward needs of it must not be overwritten.
    if (at::GradMode::is_enabled()) first = self.clone();
    out_of_place_.callBoxed(*stack);
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

 private:
  const c10::OperatorHandle out_of_place_;
};

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

// The overload that takes the same; their names differ, as those of `pow_.Tensor` and
// `pow.Tensor_Tensor` do.
std::optional<c10::OperatorHandle> OutOfPlace(const c10::OperatorHandle& op,
                                              const std::vector<c10::OperatorName>& names) {
  const std::string& name = op.schema().name();
  const std::string wanted = name.substr(0, name.size() - 1);
  for (const c10::OperatorName& other : names) {
    if (other.name != wanted) continue;
    const auto found = c10::Dispatcher::singleton().findSchema(other);
    if (found.has_value() && TakesTheSame(op.schema(), found->schema())) return found;
  }
  return std::nullopt;
}

bool HasRule(const c10::OperatorHandle& op) {
  return op.hasKernelForDispatchKey(DispatchKey::FuncTorchBatched) ||
         op.hasKernelForDispatchKey(DispatchKey::FuncTorchBatchedDecomposition) ||
         op.hasKernelForDispatchKey(DispatchKey::FuncTorchVmapMode);
}

}  // namespace

void AddInPlaceRules(torch::Library& library) {
  auto& dispatcher = c10::Dispatcher::singleton();
  const std::vector<c10::OperatorName> names = dispatcher.getAllOpNames();
  for (const c10::OperatorName& name : names) {
    const auto op = dispatcher.findSchema(name);
    if (!op.has_value() || !IsInPlace(op->schema()) || HasRule(*op)) continue;
    const auto other = OutOfPlace(*op, names);
    if (!other.has_value()) continue;
    const std::string own = name.name.substr(6);
    const std::string full = name.overload_name.empty() ? own : own + "." + name.overload_name;
    auto kernel = c10::BoxedKernel::makeFromFunctor(std::make_unique<CopyResult>(*other));
    library.impl(full.c_str(), torch::CppFunction::makeFromBoxedKernel(std::move(kernel)));
  }
}

}  // namespace metatorch
