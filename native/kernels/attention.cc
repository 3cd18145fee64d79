// metatorch::attention(queries [..., a, H·d], keys [..., b, H·d], values [..., b, H·e], mask
// [..., a, b], heads) -> [..., a, H·e]: softmax(Q·Kᵀ / √d)·V for each of H heads, each in a share
// of the columns. The kernels have one leading dimension, B.
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>

#include "kernels/attention_passes.h"
#include "kernels/own_operator.h"
#include "kernels/products/products.h"
#include "kernels/recorded_gradients.h"

namespace metatorch::attention_operator {
namespace {

using torch::autograd::AutogradContext;
using Mask = AttentionMask;

// Scores of one head up to which one operator is the faster: with the kernel for its products …
constexpr int64_t kMostScores = 256 * 256;
// … and without.
constexpr int64_t kMostPlainScores = 32 * 32;

// All but the last two dimensions.
at::IntArrayRef Lead(const at::Tensor& x) { return x.sizes().slice(0, x.dim() - 2); }

struct TakesShortSequences {
  bool operator()(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                  const Mask&, int64_t) const {
    if (!TakesFloats()(queries)) return false;
    if (queries.dim() < 2 || keys.dim() < 2 || values.dim() < 2) return false;
    if (Lead(keys) != Lead(queries) || Lead(values) != Lead(queries)) return false;
    const bool kernel = queries.scalar_type() == at::kFloat && HasProductKernel();
    const int64_t scores = queries.size(-2) * keys.size(-2);
    return scores > 0 && scores <= (kernel ? kMostScores : kMostPlainScores);
  }
};

// With one leading dimension.
at::Tensor Flat(const at::Tensor& x) {
  return x.dim() == 3 ? x : x.reshape({c10::multiply_integers(Lead(x)), x.size(-2), x.size(-1)});
}

// Of libtorch's operators.
at::Tensor ByLibtorch(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                      const Mask& mask, int64_t heads) {
  const auto split = [heads](const at::Tensor& x) {
    return x.unflatten(-1, {heads, x.size(-1) / heads}).transpose(-2, -3);
  };
  const at::Tensor own = split(queries);
  const double scale = 1 / std::sqrt(static_cast<double>(own.size(-1)));
  at::Tensor scores = own.matmul(split(keys).mT()) * scale;
  at::Tensor weights;
  if (mask.has_value()) {
    const at::Tensor others = mask->logical_not().unsqueeze(-3);
    // Finite, so that a row that sees nothing has gradients of 0.
    scores = scores.masked_fill(others, std::numeric_limits<float>::lowest());
    weights = scores.softmax(-1).masked_fill(others, 0);
  } else {
    weights = scores.softmax(-1);
  }
  return weights.matmul(split(values)).transpose(-2, -3).flatten(-2);
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
        return ByLibtorch(parts[0], parts[1], parts[2], saved.mask, saved.heads);
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

// Runs `attend` on the arguments with one leading dimension.
template <typename Attend>
at::Tensor WithOneLead(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                       const Mask& mask, Attend attend) {
  std::vector<int64_t> shape = Lead(queries).vec();
  Mask seen;
  if (mask.has_value()) {
    shape.insert(shape.end(), {queries.size(-2), keys.size(-2)});
    seen = Flat(mask->to(at::kBool).expand(shape));
    shape.resize(shape.size() - 2);
  }
  const at::Tensor out = attend(Flat(queries), Flat(keys), Flat(values), seen);
  if (shape.size() == 1) return out;
  shape.insert(shape.end(), {out.size(1), out.size(2)});
  return out.view(shape);
}

at::Tensor Forward(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                   const Mask& mask, int64_t heads) {
  const auto attend = [heads](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const Mask& seen) {
    return AttentionForward({q, k, v}, seen, heads, /*keep_weights=*/false).out;
  };
  return WithOneLead(queries, keys, values, mask, attend);
}

at::Tensor Recorded(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                    const Mask& mask, int64_t heads) {
  const auto attend = [heads](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const Mask& seen) {
    return AttentionFunction::apply(q, k, v, seen, heads);
  };
  return WithOneLead(queries, keys, values, mask, attend);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(metatorch, library) {
  library.def(
      "attention(Tensor queries, Tensor keys, Tensor values, Tensor? mask, int heads) -> Tensor");
  OwnOperator<TakesShortSequences, &Forward, &Recorded, &ByLibtorch>::Implement(library,
                                                                                "attention");
}

}  // namespace metatorch::attention_operator
