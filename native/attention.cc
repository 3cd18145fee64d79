// metatorch::attention(queries [B, a, H·d], keys [B, b, H·d], values [B, b, H·e], mask [B, a, b],
// heads) -> [B, a, H·e]: softmax(Q·Kᵀ / √d)·V for each of H heads, each in a share of the columns.
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <limits>

#include "attention_passes.h"
#include "recorded_gradients.h"

namespace metatorch {
namespace {

using torch::autograd::AutogradContext;
using Mask = AttentionMask;

at::Tensor Forward(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                   const Mask& mask, int64_t heads) {
  return AttentionForward({queries, keys, values}, mask, heads, /*keep_weights=*/false).out;
}

// The same of libtorch's operators.
at::Tensor ComposedOf(const variable_list& parts, const Mask& mask, int64_t heads) {
  const auto split = [heads](const at::Tensor& x) {
    return x.unflatten(-1, {heads, x.size(-1) / heads}).transpose(1, 2);
  };
  const at::Tensor queries = split(parts[0]);
  const double scale = 1 / std::sqrt(static_cast<double>(queries.size(-1)));
  at::Tensor scores = queries.matmul(split(parts[1]).mT()) * scale;
  at::Tensor weights;
  if (mask.has_value()) {
    const at::Tensor others = mask->logical_not().unsqueeze(1);
    // Finite, so that a row that sees nothing has gradients of 0.
    scores = scores.masked_fill(others, std::numeric_limits<float>::lowest());
    weights = scores.softmax(-1).masked_fill(others, 0);
  } else {
    weights = scores.softmax(-1);
  }
  return weights.matmul(split(parts[2])).transpose(1, 2).flatten(2);
}

struct Saved {
  variable_list parts;
  at::Tensor weights;
  // Only of those who save one.
  at::Tensor gradient;
  Mask mask;
  int64_t heads;
};

void Save(AutogradContext* context, const Saved& saved) {
  variable_list tensors = saved.parts;
  tensors.push_back(saved.weights);
  if (saved.gradient.defined()) tensors.push_back(saved.gradient);
  context->save_for_backward(std::move(tensors));
  context->saved_data["mask"] = saved.mask;
  context->saved_data["heads"] = saved.heads;
}

Saved SavedBy(AutogradContext* context) {
  const variable_list tensors = context->get_saved_variables();
  return {{tensors[0], tensors[1], tensors[2]},
          tensors[3],
          tensors.size() > 4 ? tensors[4] : at::Tensor(),
          context->saved_data["mask"].toOptional<at::Tensor>(),
          context->saved_data["heads"].toInt()};
}

class GradientsFunction : public torch::autograd::Function<GradientsFunction> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& queries,
                               const at::Tensor& keys, const at::Tensor& values,
                               const at::Tensor& gradient, const at::Tensor& weights,
                               const Mask& mask, int64_t heads) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const variable_list parts{queries, keys, values};
    Save(context, {parts, weights, gradient, mask, heads});
    return AttentionGradients(parts, weights, gradient, heads);
  }
  static variable_list backward(AutogradContext* context, const variable_list& cotangents) {
    const Saved saved = SavedBy(context);
    variable_list found;
    if (at::GradMode::is_enabled()) {
      const auto composed = [&](const variable_list& parts) {
        return ComposedOf(parts, saved.mask, saved.heads);
      };
      found = RecordedSecondGradients(composed, saved.parts, saved.gradient, cotangents);
    } else {
      found = AttentionSecondGradients(saved.parts, saved.weights, saved.gradient, cotangents,
                                       saved.heads);
    }
    found.resize(7);
    return found;
  }
};

class AttentionFunction : public torch::autograd::Function<AttentionFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& queries,
                            const at::Tensor& keys, const at::Tensor& values, const Mask& mask,
                            int64_t heads) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const variable_list parts{queries, keys, values};
    const AttentionOutput output = AttentionForward(parts, mask, heads, /*keep_weights=*/true);
    Save(context, {parts, output.weights, at::Tensor(), mask, heads});
    return output.out;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Saved saved = SavedBy(context);
    const auto& [queries, keys, values] = std::tie(saved.parts[0], saved.parts[1], saved.parts[2]);
    variable_list found = GradientsFunction::apply(queries, keys, values, gradients[0],
                                                   saved.weights, saved.mask, saved.heads);
    found.resize(5);
    return found;
  }
};

at::Tensor Recorded(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                    const Mask& mask, int64_t heads) {
  const bool recorded = at::GradMode::is_enabled() &&
                        (queries.requires_grad() || keys.requires_grad() || values.requires_grad());
  if (recorded) return AttentionFunction::apply(queries, keys, values, mask, heads);
  const at::AutoDispatchBelowADInplaceOrView below;
  return Forward(queries, keys, values, mask, heads);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(metatorch, library) {
  library.def(
      "attention(Tensor queries, Tensor keys, Tensor values, Tensor? mask, int heads) -> Tensor");
  library.impl("attention", c10::DispatchKey::CPU, &Forward);
  library.impl("attention", c10::DispatchKey::AutogradCPU, &Recorded);
}

}  // namespace metatorch
