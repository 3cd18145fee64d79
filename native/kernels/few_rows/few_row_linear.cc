// metatorch::few_row_linear(x [..., in], weight [out, in], bias [out]) -> [..., out]: what `linear`
// gives. A few rows of float32 without gradients meet the weight as it comes from memory, for which
// libtorch's kernels need up to twice the time; all else is libtorch's.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

#include <algorithm>

#include "kernels/few_rows/few_rows.h"
#include "kernels/own_operator.h"

namespace metatorch::few_row_linear {
namespace {

using Bias = std::optional<at::Tensor>;

// With more rows libtorch's kernels are as fast.
constexpr int64_t kMostRows = 16;
// Multiplications that make a thread worth its while.
constexpr int64_t kGrain = 200'000;

bool IsPlain(const at::Tensor& x) {
  return x.scalar_type() == at::kFloat && x.layout() == at::kStrided && x.is_contiguous();
}

struct TakesFewRows {
  bool operator()(const at::Tensor& x, const at::Tensor& weight, const Bias& bias) const {
    if (!IsPlain(x) || !IsPlain(weight) || x.dim() < 1 || weight.dim() != 2) return false;
    const int64_t depth = weight.size(1);
    if (depth == 0 || x.size(-1) != depth || x.numel() > kMostRows * depth) return false;
    return !bias.has_value() ||
           (IsPlain(*bias) && bias->dim() == 1 && bias->size(0) == weight.size(0));
  }
};

at::Tensor FewRowLinear(const at::Tensor& x, const at::Tensor& weight, const Bias& bias) {
  const int64_t depth = weight.size(1);
  const int64_t columns = weight.size(0);
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = columns;
  at::Tensor out = at::empty(shape, x.options());
  if (out.numel() == 0) return out;
  const int64_t rows = x.numel() / depth;
  const FewRows product{x.const_data_ptr<float>(),
                        rows,
                        weight.const_data_ptr<float>(),
                        bias.has_value() ? bias->const_data_ptr<float>() : nullptr,
                        out.mutable_data_ptr<float>(),
                        columns,
                        depth};
  const int64_t grain = std::max<int64_t>(1, kGrain / (rows * depth));
  at::parallel_for(0, columns, grain,
                   [&](int64_t begin, int64_t end) { MultiplyFewRows(product, begin, end); });
  return out;
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
