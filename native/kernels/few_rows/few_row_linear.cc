// metatorch::few_row_linear(x [..., in], weight [out, in], bias [out]) -> [..., out]: what `linear`
// gives. A few rows of float32 without gradients meet the weight as it comes from memory, for which
// libtorch's kernels need up to twice the time; all else is libtorch's.
#include <ATen/ops/linear.h>

#include "kernels/few_rows/fill_few_rows.h"
#include "kernels/own_operator.h"

namespace metatorch::few_row_linear {
namespace {

using Bias = std::optional<at::Tensor>;

bool IsPlain(const at::Tensor& x) {
  return x.scalar_type() == at::kFloat && x.layout() == at::kStrided && x.is_contiguous();
}

struct TakesFewRows {
  bool operator()(const at::Tensor& x, const at::Tensor& weight, const Bias& bias) const {
    if (!IsPlain(x) || !IsPlain(weight) || weight.dim() != 2) return false;
    if (!IsFewRows(x, weight.size(1))) return false;
    return !bias.has_value() ||
           (IsPlain(*bias) && bias->dim() == 1 && bias->size(0) == weight.size(0));
  }
};

at::Tensor FewRowLinear(const at::Tensor& x, const at::Tensor& weight, const Bias& bias) {
  return FewRowsTimes(x, weight.const_data_ptr<float>(), weight.size(0), bias);
}

at::Tensor ByLibtorch(const at::Tensor& x, const at::Tensor& weight, const Bias& bias) {
  return at::linear(x, weight, bias);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(metatorch, library) {
  library.def("few_row_linear(Tensor x, Tensor weight, Tensor? bias=None) -> Tensor");
  OwnOperator<TakesFewRows, &FewRowLinear, &ByLibtorch, &ByLibtorch>::Implement(library,
                                                                                "few_row_linear");
}

}  // namespace metatorch::few_row_linear
