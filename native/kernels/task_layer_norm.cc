// metatorch::task_layer_norm(x [T, n, D], weight [T, D], bias [T, D], eps) -> [T, n, D]:
// layer normalisation over the last dimension, with weights of each task's own.
//
// One pass over the rows each for the operator, its gradients and theirs; libtorch takes about
// thirty operators for these.
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/addcmul.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "kernels/own_operator.h"
#include "kernels/recorded_gradients.h"
#include "kernels/rows/norm_rows.h"

namespace metatorch::task_layer_norm {
namespace {

using torch::autograd::AutogradContext;

constexpr int64_t kRows = 128;
// Pieces that make a thread worth its while.
constexpr int64_t kGrain = 4;

void CheckShapes(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  TORCH_CHECK(x.dim() == 3 && weight.dim() == 2 && weight.size(0) == x.size(0) &&
                  weight.size(1) == x.size(2) && bias.sizes() == weight.sizes(),
              "Expected x of shape [T, n, D] and weight and bias [T, D] but received ", x.sizes(),
              ", ", weight.sizes(), " and ", bias.sizes());
  TORCH_CHECK_TYPE(weight.scalar_type() == x.scalar_type() && bias.scalar_type() == x.scalar_type(),
                   "Expected x, weight and bias of one dtype but received ", x.scalar_type(), ", ",
                   weight.scalar_type(), " and ", bias.scalar_type());
}

// The rows of each task in pieces, which do not depend on the number of threads.
int64_t PiecesOf(const at::Tensor& x) {
  return std::max<int64_t>((x.size(1) + kRows - 1) / kRows, 1);
}

// Where a row is, its task's weights are, and what its piece adds to their gradients.
struct Place {
  int64_t row;
  int64_t weights;
  int64_t partial;
};

// Calls visit(row, place) for every row; all is contiguous.
template <typename T, typename Visit>
void ForRows(const at::Tensor& x, const at::Tensor& weight, double eps, Visit visit) {
  const T* from = x.const_data_ptr<T>();
  const T* by = weight.const_data_ptr<T>();
  const int64_t rows = x.size(1);
  const int64_t size = x.size(2);
  const int64_t pieces = PiecesOf(x);
  at::parallel_for(0, x.size(0) * pieces, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      const int64_t task = piece / pieces;
      const int64_t first = piece % pieces * kRows;
      const int64_t last = std::min(first + kRows, rows);
      for (int64_t row = first; row < last; ++row) {
        const Place at{(task * rows + row) * size, task * size, piece * size};
        visit(NormRow<T>{from + at.row, by + at.weights, size, static_cast<T>(eps)}, at);
      }
    }
  });
}

// Zeros for what the pieces of each task add up.
at::Tensor Partial(const at::Tensor& x) {
  return at::zeros({x.size(0), PiecesOf(x), x.size(2)}, x.options());
}

// What the pieces of each task add up to.
at::Tensor Total(const at::Tensor& partial) {
  return partial.size(1) == 1 ? partial.squeeze(1) : partial.sum(1);
}

at::Tensor Forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                   double eps) {
  CheckShapes(x, weight, bias);
  const at::Tensor rows = x.contiguous(), scale = weight.contiguous(), shift = bias.contiguous();
  at::Tensor y = at::empty_like(rows);
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "task_layer_norm", [&] {
    const auto* added = shift.const_data_ptr<scalar_t>();
    auto* to = y.mutable_data_ptr<scalar_t>();
    ForRows<scalar_t>(rows, scale, eps, [&](const NormRow<scalar_t>& row, const Place& at) {
      Normalize(row, added + at.weights, to + at.row);
    });
  });
  return y;
}

variable_list Gradients(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& gradient,
                        double eps) {
  const at::Tensor rows = x.contiguous(), scale = weight.contiguous(), g = gradient.contiguous();
  at::Tensor to_x = at::empty_like(rows);
  at::Tensor to_weight = Partial(rows), to_bias = Partial(rows);
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "task_layer_norm", [&] {
    const auto* given = g.const_data_ptr<scalar_t>();
    const NormGradients<scalar_t> to{to_x.mutable_data_ptr<scalar_t>(),
                                     to_weight.mutable_data_ptr<scalar_t>(),
                                     to_bias.mutable_data_ptr<scalar_t>()};
    ForRows<scalar_t>(rows, scale, eps, [&](const NormRow<scalar_t>& row, const Place& at) {
      NormalizeGradients(row, given + at.row,
                         {to.x + at.row, to.weight + at.partial, to.bias + at.partial});
    });
  });
  return {to_x, Total(to_weight), Total(to_bias)};
}

// With respect to x, weight and the gradient; u, a and b are the cotangents of what Gradients
// gives.
variable_list SecondGradients(const variable_list& saved, const variable_list& cotangents,
                              double eps) {
  const at::Tensor rows = saved[0].contiguous(), scale = saved[1].contiguous(),
                   g = saved[2].contiguous();
  const at::Tensor u = cotangents[0].contiguous(), a = cotangents[1].contiguous(),
                   b = cotangents[2].contiguous();
  at::Tensor to_x = at::empty_like(rows), to_g = at::empty_like(rows);
  at::Tensor to_weight = Partial(rows);
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "task_layer_norm", [&] {
    const auto* given = g.const_data_ptr<scalar_t>();
    const NormCotangents<scalar_t> by{u.const_data_ptr<scalar_t>(), a.const_data_ptr<scalar_t>(),
                                      b.const_data_ptr<scalar_t>()};
    const NormSecondGradients<scalar_t> to{to_x.mutable_data_ptr<scalar_t>(),
                                           to_weight.mutable_data_ptr<scalar_t>(),
                                           to_g.mutable_data_ptr<scalar_t>()};
    ForRows<scalar_t>(rows, scale, eps, [&](const NormRow<scalar_t>& row, const Place& at) {
      NormalizeSecondGradients(row, given + at.row,
                               {by.x + at.row, by.weight + at.weights, by.bias + at.weights},
                               {to.x + at.row, to.weight + at.partial, to.g + at.row});
    });
  });
  return {to_x, Total(to_weight), to_g};
}

// Of single operators, as libtorch's own layer normalisation is wrong from the third order on: it
// takes the mean and the scale for constants there.
at::Tensor ByParts(const variable_list& inputs, double eps) {
  const at::Tensor centred = inputs[0] - inputs[0].mean(-1, true);
  const at::Tensor scale = ((centred * centred).mean(-1, true) + eps).rsqrt();
  return centred * scale * inputs[1].unsqueeze(1) + inputs[2].unsqueeze(1);
}

class GradientsFunction : public torch::autograd::Function<GradientsFunction> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& x,
                               const at::Tensor& weight, const at::Tensor& gradient, double eps) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({x, weight, gradient});
    context->saved_data["eps"] = eps;
    return Gradients(x, weight, gradient, eps);
  }
  static variable_list backward(AutogradContext* context, const variable_list& cotangents) {
    const variable_list saved = context->get_saved_variables();
    const double eps = context->saved_data["eps"].toDouble();
    if (!at::GradMode::is_enabled()) {
      variable_list found = SecondGradients(saved, cotangents, eps);
      found.emplace_back();
      return found;
    }
    // None of these depends on the bias, but one of the cotangents is that of its gradient.
    const at::Tensor bias = at::zeros_like(saved[1]).requires_grad_();
    const auto composed = [eps](const variable_list& inputs) { return ByParts(inputs, eps); };
    const variable_list found =
        RecordedSecondGradients(composed, {saved[0], saved[1], bias}, saved[2], cotangents);
    return {found[0], found[1], found[3], at::Tensor()};
  }
};

class NormFunction : public torch::autograd::Function<NormFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, double eps) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({x, weight});
    context->saved_data["eps"] = eps;
    return Forward(x, weight, bias, eps);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const double eps = context->saved_data["eps"].toDouble();
    variable_list found = GradientsFunction::apply(saved[0], saved[1], gradients[0], eps);
    found.emplace_back();
    return found;
  }
};

at::Tensor Recorded(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    double eps) {
  return NormFunction::apply(x, weight, bias, eps);
}

// Where there is no kernel: on every device one operator, or three.
at::Tensor ByLibtorch(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                      double eps) {
  const int64_t size = x.size(-1);
  if (weight.size(0) == 1) {
    return at::layer_norm(x, size, weight.select(0, 0), bias.select(0, 0), eps);
  }
  return at::addcmul(bias.unsqueeze(1), at::layer_norm(x, size, {}, {}, eps), weight.unsqueeze(1));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(metatorch, library) {
  library.def("task_layer_norm(Tensor x, Tensor weight, Tensor bias, float eps) -> Tensor");
  OwnOperator<TakesFloats, &Forward, &Recorded, &ByLibtorch>::Implement(library, "task_layer_norm");
}

}  // namespace metatorch::task_layer_norm
