// metatorch::task_cross_entropy(logits [T, n, N], labels [T, n], ignore_index) -> [T]: the mean of
// logsumexp(z) − z[label] over the rows of each task whose label is not ignored, 0 without any.
//
// One pass each for the loss, its gradient (p − e)·g/c and that one's gradients; libtorch takes a
// dozen operators for them, each of which costs more than a few hundred rows of a few classes.
#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/own_operator.h"
#include "kernels/recorded_gradients.h"

namespace metatorch::task_cross_entropy {
namespace {

using torch::autograd::AutogradContext;

// With more classes libtorch's operators, which take several numbers at once, are faster.
constexpr int64_t kMostClasses = 32;

struct TakesFewClasses {
  bool operator()(const at::Tensor& logits, const at::Tensor&, int64_t) const {
    return TakesFloats()(logits) && logits.dim() > 0 && logits.size(-1) <= kMostClasses;
  }
};

struct Sizes {
  int64_t tasks;
  int64_t rows;
  int64_t classes;
};

Sizes SizesOf(const at::Tensor& logits, const at::Tensor& labels) {
  TORCH_CHECK(logits.dim() == 3 && labels.dim() == 2 && labels.size(0) == logits.size(0) &&
                  labels.size(1) == logits.size(1),
              "Expected logits of shape [T, n, N] and labels [T, n] but received ", logits.sizes(),
              " and ", labels.sizes());
  TORCH_CHECK_TYPE(labels.scalar_type() == at::kLong,
                   "Expected labels of dtype int64 but received ", labels.scalar_type());
  return {logits.size(0), logits.size(1), logits.size(2)};
}

// The rows that count, at least 1, so that a task without any has the loss 0.
int64_t Counted(const int64_t* labels, int64_t rows, int64_t ignored) {
  return std::max<int64_t>(rows - std::count(labels, labels + rows, ignored), 1);
}

// Calls visit(task, row, label, count) for every row that counts.
template <typename Visit>
void ForRows(const at::Tensor& labels, Sizes sizes, int64_t ignored, Visit visit) {
  const int64_t* label = labels.const_data_ptr<int64_t>();
  for (int64_t task = 0; task < sizes.tasks; ++task, label += sizes.rows) {
    const int64_t count = Counted(label, sizes.rows, ignored);
    for (int64_t row = 0; row < sizes.rows; ++row) {
      if (label[row] == ignored) continue;
      TORCH_CHECK_INDEX(label[row] >= 0 && label[row] < sizes.classes, "Target ", label[row],
                        " is out of bounds.");
      visit(task, task * sizes.rows + row, label[row], count);
    }
  }
}

// Fills p with softmax(z) and gives logsumexp(z).
template <typename T>
T Softmax(const T* z, int64_t classes, T* p) {
  const T greatest = *std::max_element(z, z + classes);
  T sum = 0;
  for (int64_t j = 0; j < classes; ++j) sum += p[j] = std::exp(z[j] - greatest);
  for (int64_t j = 0; j < classes; ++j) p[j] /= sum;
  return greatest + std::log(sum);
}

at::Tensor Loss(const at::Tensor& logits, const at::Tensor& labels, int64_t ignored) {
  const Sizes sizes = SizesOf(logits, labels);
  const at::Tensor z = logits.contiguous();
  const at::Tensor known = labels.contiguous();
  at::Tensor losses = at::zeros({sizes.tasks}, logits.options());
  AT_DISPATCH_FLOATING_TYPES(logits.scalar_type(), "task_cross_entropy", [&] {
    const auto* from = z.const_data_ptr<scalar_t>();
    auto* to = losses.mutable_data_ptr<scalar_t>();
    std::vector<scalar_t> p(sizes.classes);
    ForRows(known, sizes, ignored, [&](int64_t task, int64_t row, int64_t label, int64_t count) {
      const scalar_t* own = from + row * sizes.classes;
      to[task] += (Softmax(own, sizes.classes, p.data()) - own[label]) / count;
    });
  });
  return losses;
}

// (p − e)·g/c
at::Tensor Gradient(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& gradient,
                    int64_t ignored) {
  const Sizes sizes = SizesOf(logits, labels);
  const at::Tensor z = logits.contiguous();
  const at::Tensor known = labels.contiguous();
  const at::Tensor g = gradient.contiguous();
  at::Tensor result = at::zeros(logits.sizes(), logits.options());
  AT_DISPATCH_FLOATING_TYPES(logits.scalar_type(), "task_cross_entropy", [&] {
    const auto* from = z.const_data_ptr<scalar_t>();
    const auto* scale = g.const_data_ptr<scalar_t>();
    auto* to = result.mutable_data_ptr<scalar_t>();
    ForRows(known, sizes, ignored, [&](int64_t task, int64_t row, int64_t label, int64_t count) {
      scalar_t* own = to + row * sizes.classes;
      Softmax(from + row * sizes.classes, sizes.classes, own);
      own[label] -= 1;
      for (int64_t j = 0; j < sizes.classes; ++j) own[j] *= scale[task] / count;
    });
  });
  return result;
}

// The gradients of Σ u·Gradient with respect to the logits and to g.
std::pair<at::Tensor, at::Tensor> SecondGradients(const at::Tensor& logits,
                                                  const at::Tensor& labels,
                                                  const at::Tensor& gradient, const at::Tensor& u,
                                                  int64_t ignored) {
  const Sizes sizes = SizesOf(logits, labels);
  const at::Tensor z = logits.contiguous();
  const at::Tensor known = labels.contiguous();
  const at::Tensor g = gradient.contiguous();
  const at::Tensor given = u.contiguous();
  at::Tensor to_logits = at::zeros(logits.sizes(), logits.options());
  at::Tensor to_gradient = at::zeros({sizes.tasks}, logits.options());
  AT_DISPATCH_FLOATING_TYPES(logits.scalar_type(), "task_cross_entropy", [&] {
    const auto* from = z.const_data_ptr<scalar_t>();
    const auto* scale = g.const_data_ptr<scalar_t>();
    const auto* by = given.const_data_ptr<scalar_t>();
    auto* to = to_logits.mutable_data_ptr<scalar_t>();
    auto* to_scale = to_gradient.mutable_data_ptr<scalar_t>();
    std::vector<scalar_t> p(sizes.classes);
    ForRows(known, sizes, ignored, [&](int64_t task, int64_t row, int64_t label, int64_t count) {
      const scalar_t* weight = by + row * sizes.classes;
      scalar_t* own = to + row * sizes.classes;
      Softmax(from + row * sizes.classes, sizes.classes, p.data());
      scalar_t mean = 0;
      for (int64_t j = 0; j < sizes.classes; ++j) mean += p[j] * weight[j];
      for (int64_t j = 0; j < sizes.classes; ++j) {
        own[j] = scale[task] / count * p[j] * (weight[j] - mean);
      }
      to_scale[task] += (mean - weight[label]) / count;
    });
  });
  return {to_logits, to_gradient};
}

// The loss, of libtorch's operators.
at::Tensor LossByLibtorch(const at::Tensor& logits, const at::Tensor& labels, int64_t ignored) {
  const at::Tensor each = at::cross_entropy_loss(logits.flatten(0, 1), labels.flatten(), {},
                                                 at::Reduction::None, ignored);
  return each.view_as(labels).sum(1) / labels.ne(ignored).sum(1).clamp_min(1);
}

class GradientFunction : public torch::autograd::Function<GradientFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& logits,
                            const at::Tensor& labels, const at::Tensor& gradient, int64_t ignored) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({logits, labels, gradient});
    context->saved_data["ignored"] = ignored;
    return Gradient(logits, labels, gradient, ignored);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const int64_t ignored = context->saved_data["ignored"].toInt();
    if (at::GradMode::is_enabled()) {
      const auto composed = [&](const variable_list& inputs) {
        return LossByLibtorch(inputs[0], saved[1], ignored);
      };
      const variable_list found =
          RecordedSecondGradients(composed, {saved[0]}, saved[2], gradients);
      return {found[0], at::Tensor(), found[1], at::Tensor()};
    }
    auto [to_logits, to_gradient] =
        SecondGradients(saved[0], saved[1], saved[2], gradients[0], ignored);
    return {to_logits, at::Tensor(), to_gradient, at::Tensor()};
  }
};

class LossFunction : public torch::autograd::Function<LossFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& logits,
                            const at::Tensor& labels, int64_t ignored) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({logits, labels});
    context->saved_data["ignored"] = ignored;
    return Loss(logits, labels, ignored);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const int64_t ignored = context->saved_data["ignored"].toInt();
    return {GradientFunction::apply(saved[0], saved[1], gradients[0], ignored), at::Tensor(),
            at::Tensor()};
  }
};

at::Tensor RecordedLoss(const at::Tensor& logits, const at::Tensor& labels, int64_t ignored) {
  return LossFunction::apply(logits, labels, ignored);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(metatorch, library) {
  library.def("task_cross_entropy(Tensor logits, Tensor labels, int ignore_index) -> Tensor");
  OwnOperator<TakesFewClasses, &Loss, &RecordedLoss, &LossByLibtorch>::Implement(
      library, "task_cross_entropy");
}

}  // namespace metatorch::task_cross_entropy
