// `MultiplyFewRows` on tensors, by all threads.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <optional>

#include "kernels/few_rows/few_rows.h"

namespace metatorch {

// Multiplications that make a thread worth its while.
constexpr int64_t kFewRowsGrain = 200'000;

// True for at most 16 rows as long as those of a weight. With more, libtorch's kernels are as fast.
inline bool IsFewRows(const at::Tensor& x, int64_t depth) {
  return x.dim() > 0 && x.size(-1) == depth && depth > 0 && x.numel() <= 16 * depth;
}

// x·Wᵀ + b of x [..., in], a few rows, and a bias [out], contiguous float32, and the numbers of a
// weight [out, in], one row after the other.
template <typename Weight>
at::Tensor FewRowsTimes(const at::Tensor& x, const Weight* weight, int64_t columns,
                        const std::optional<at::Tensor>& bias) {
  const int64_t depth = x.size(-1);
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = columns;
  at::Tensor out = at::empty(shape, x.options());
  if (out.numel() == 0) return out;
  const int64_t rows = x.numel() / depth;
  const FewRows<Weight> product{x.const_data_ptr<float>(),
                                rows,
                                weight,
                                bias.has_value() ? bias->const_data_ptr<float>() : nullptr,
                                out.mutable_data_ptr<float>(),
                                columns,
                                depth};
  const int64_t grain = std::max<int64_t>(1, kFewRowsGrain / (rows * depth));
  at::parallel_for(0, columns, grain,
                   [&](int64_t begin, int64_t end) { MultiplyFewRows(product, begin, end); });
  return out;
}

}  // namespace metatorch
