#include "autograd/vmap_rules/replaced_rule.h"

#include <ATen/core/grad_mode.h>

#include <memory>
#include <string>

namespace metatorch {
namespace {

class ReplacedRule : public c10::OperatorKernel {
 public:
  ReplacedRule(c10::SafeKernelFunction own, c10::KernelFunction other, StackCondition when)
      : own_(std::move(own)), other_(std::move(other)), when_(when) {}

  void operator()(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
                  torch::jit::Stack* stack) {
    if (when_(*stack)) {
      other_.callBoxed(op, keys, stack);
    } else {
      own_.callBoxed(op, keys, stack);
    }
  }

 private:
  const c10::SafeKernelFunction own_;
  const c10::KernelFunction other_;
  const StackCondition when_;
};

}  // namespace

void ReplaceRule(torch::Library& library, const char* name, const char* overload,
                 c10::KernelFunction other, StackCondition when) {
  const auto op = c10::Dispatcher::singleton().findSchemaOrThrow(
      (std::string("aten::") + name).c_str(), overload);
  auto own = op.getComputedKernelForDispatchKey(c10::DispatchKey::FuncTorchBatched);
  auto kernel = c10::BoxedKernel::makeFromFunctor(
      std::make_unique<ReplacedRule>(std::move(own), std::move(other), when));
  const std::string full = *overload == '\0' ? name : std::string(name) + "." + overload;
  library.impl(full.c_str(), torch::CppFunction::makeFromBoxedKernel(std::move(kernel)));
}

bool IsRecorded(const torch::jit::Stack&) { return at::GradMode::is_enabled(); }

}  // namespace metatorch
