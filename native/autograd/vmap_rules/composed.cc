// Operators that are made of others.
#include <ATen/ATen.h>

#include <array>
#include <string>
#include <vector>

#include "autograd/vmap_rules/replaced_rule.h"
#include "autograd/vmap_rules/rules.h"

namespace metatorch {
namespace {

at::Tensor Addr(const at::Tensor& self, const at::Tensor& left, const at::Tensor& right,
                const at::Scalar& beta, const at::Scalar& alpha) {
  TORCH_CHECK(left.dim() == 1 && right.dim() == 1, "Expected vectors but received shapes ",
              left.sizes(), " and ", right.sizes());
  const at::Tensor outer = left.unsqueeze(1) * right;
  if (self.scalar_type() == at::kBool) {
    const at::Tensor product = alpha.to<bool>() ? outer : at::zeros_like(outer);
    return beta.to<bool>() ? self.logical_or(product) : product;
  }
  const at::Tensor product = alpha.equal(1) ? outer : outer * alpha;
  // What is not a number in `self` does not count where beta is 0.
  if (beta.equal(0)) return product;
  const at::Tensor scaled = beta.equal(1) ? self : self * beta;
  return scaled.expand_as(outer) + product;
}

// The second gradient of libtorch's own with respect to weights that vary has another shape than
// they have.
at::Tensor Prelu(const at::Tensor& self, const at::Tensor& weight) {
  return at::where(self.gt(0), self, self * weight);
}

at::Tensor ColumnStack(at::TensorList tensors) {
  std::vector<at::Tensor> columns;
  columns.reserve(tensors.size());
  for (const at::Tensor& tensor : tensors) {
    columns.push_back(tensor.dim() <= 1 ? tensor.reshape({tensor.numel(), 1}) : tensor);
  }
  return at::cat(columns, 1);
}

at::Tensor Conj(const at::Tensor& self) { return self.is_complex() ? at::_conj(self) : self; }

// libtorch has the composition, but for lack of a rule it would run it for one sample after the
// other.
void Compose(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  op.callBoxedForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd, *stack);
}

constexpr std::array kComposed{
    "diagflat", "fft_ihfft2", "fft_ihfftn", "isclose", "kl_div", "margin_ranking_loss",
};

}  // namespace

void AddComposedRules(torch::Library& library) {
  library.impl("addr", TORCH_FN(Addr));
  ReplaceRule(library, "_prelu_kernel", "",
              c10::KernelFunction::makeFromUnboxedFunction(TORCH_FN(Prelu)), &IsRecorded);
  library.impl("column_stack", TORCH_FN(ColumnStack));
  library.impl("conj", TORCH_FN(Conj));
  for (const char* name : kComposed) {
    library.impl(name, torch::CppFunction::makeFromBoxedFunction<&Compose>());
  }
}

}  // namespace metatorch
