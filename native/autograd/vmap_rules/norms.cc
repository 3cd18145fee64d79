// Backward of normalisation. libtorch's rules for samples take the mean and the deviation that
// forward has kept as constants, so that what is recorded lacks their part: second gradients
// through Jacobians, and through gradients of what samples share, were wrong.
#include <ATen/ATen.h>

#include <array>
#include <numeric>
#include <optional>
#include <tuple>

#include "autograd/vmap_rules/replaced_rule.h"
#include "autograd/vmap_rules/rules.h"

namespace metatorch {
namespace {

using Gradients = std::tuple<at::Tensor, at::Tensor, at::Tensor>;
using Optional = std::optional<at::Tensor>;

bool IsThere(const Optional& tensor) { return tensor.has_value() && tensor->defined(); }

struct Moments {
  at::Tensor centred;
  // 1/√(variance + ε)
  at::Tensor inverse;
};

// As functions of the input. What forward has kept tells ε.
Moments MomentsOf(const at::Tensor& input, const at::Tensor& kept_inverse, at::IntArrayRef dims) {
  const at::Tensor centred = input - input.mean(dims, true);
  const at::Tensor variance = (centred * centred).mean(dims, true);
  const at::Tensor epsilon = (kept_inverse.view(variance.sizes()).pow(-2) - variance).detach();
  return {centred, (variance + epsilon).rsqrt()};
}

// The gradient through (x − mean)·inverse, where both depend on x along dims.
at::Tensor ThroughMoments(const at::Tensor& gradient, const at::Tensor& normal,
                          const at::Tensor& inverse, at::IntArrayRef dims) {
  const at::Tensor slope = (gradient * normal).mean(dims, true);
  return (gradient - gradient.mean(dims, true) - normal * slope) * inverse;
}

at::Tensor SumOver(const at::Tensor& values, at::IntArrayRef dims) {
  return dims.empty() ? values : values.sum(dims);
}

at::Tensor Wide(const at::Tensor& values) {
  return at::isReducedFloatingType(values.scalar_type()) ? values.to(at::kFloat) : values;
}

Gradients LayerNormBackward(const at::Tensor& gradient, const at::Tensor& input,
                            at::IntArrayRef normalized, const at::Tensor&,
                            const at::Tensor& inverse, const Optional& weight, const Optional&,
                            std::array<bool, 3> wanted) {
  const auto count = static_cast<int64_t>(normalized.size());
  std::vector<int64_t> inner(normalized.size());
  std::iota(inner.begin(), inner.end(), input.dim() - count);
  std::vector<int64_t> outer(static_cast<size_t>(input.dim() - count));
  std::iota(outer.begin(), outer.end(), 0);
  const at::Tensor g = Wide(gradient);
  const Moments moments = MomentsOf(Wide(input), Wide(inverse), inner);
  const at::Tensor normal = moments.centred * moments.inverse;
  const at::Tensor scaled = IsThere(weight) ? g * Wide(*weight) : g;
  Gradients found;
  if (wanted[0]) {
    std::get<0>(found) =
        ThroughMoments(scaled, normal, moments.inverse, inner).to(input.scalar_type());
  }
  if (wanted[1] && IsThere(weight)) {
    std::get<1>(found) = SumOver(g * normal, outer).to(weight->scalar_type());
  }
  if (wanted[2]) std::get<2>(found) = SumOver(g, outer).to(input.scalar_type());
  return found;
}

Gradients BatchNormBackward(const at::Tensor& gradient, const at::Tensor& input,
                            const Optional& weight, const Optional& running_mean,
                            const Optional& running_variance, const Optional&,
                            const Optional& inverse, bool train, double epsilon,
                            std::array<bool, 3> wanted) {
  std::vector<int64_t> dims{0};
  for (int64_t dim = 2; dim < input.dim(); ++dim) dims.push_back(dim);
  std::vector<int64_t> along(static_cast<size_t>(input.dim()), 1);
  along[1] = input.size(1);
  const at::Tensor g = Wide(gradient);
  const at::Tensor x = Wide(input);
  const Moments moments = train ? MomentsOf(x, Wide(*inverse), dims)
                                : Moments{x - running_mean->view(along),
                                          (running_variance->view(along) + epsilon).rsqrt()};
  const at::Tensor normal = moments.centred * moments.inverse;
  const at::Tensor scaled = IsThere(weight) ? g * Wide(*weight).view(along) : g;
  Gradients found;
  if (wanted[0]) {
    std::get<0>(found) =
        (train ? ThroughMoments(scaled, normal, moments.inverse, dims) : scaled * moments.inverse)
            .to(input.scalar_type());
  }
  if (wanted[1] && IsThere(weight)) {
    std::get<1>(found) = SumOver(g * normal, dims).to(weight->scalar_type());
  }
  if (wanted[2]) std::get<2>(found) = SumOver(g, dims).to(Wide(input).scalar_type());
  return found;
}

Gradients CudnnBatchNormBackward(const at::Tensor& input, const at::Tensor& gradient,
                                 const at::Tensor& weight, const Optional& running_mean,
                                 const Optional& running_variance, const Optional& mean,
                                 const Optional& inverse, double epsilon, const at::Tensor&) {
  return BatchNormBackward(gradient, input, weight, running_mean, running_variance, mean, inverse,
                           true, epsilon, {true, true, true});
}

}  // namespace

void AddNormRules(torch::Library& library) {
  const auto replace = [&](const char* name, c10::KernelFunction rule) {
    ReplaceRule(library, name, "", std::move(rule), &IsRecorded);
  };
  replace("native_layer_norm_backward",
          c10::KernelFunction::makeFromUnboxedFunction(TORCH_FN(LayerNormBackward)));
  replace("native_batch_norm_backward",
          c10::KernelFunction::makeFromUnboxedFunction(TORCH_FN(BatchNormBackward)));
  replace("cudnn_batch_norm_backward",
          c10::KernelFunction::makeFromUnboxedFunction(TORCH_FN(CudnnBatchNormBackward)));
}

}  // namespace metatorch
