// Products with something added, for each of T tasks:
//   metatorch::task_linear(x [T, n, i], weight [T, o, i], bias [T, o]) -> bias + x·weightᵀ
//   metatorch::task_product(added [T, n, i], y [T, n, o], weight [T, o, i]) -> added + y·weight
//   metatorch::task_outer(added [T, o, i], y [T, n, o], x [T, n, i]) -> added + yᵀ·x
//   metatorch::task_update(weight [T, o, i], bias [T, o], y [T, n, o], x [T, n, i])
//     -> weight + yᵀ·x, bias + Σ y, the gradients of task_linear added to its parameters
//
// The first three belong to the trilinear form Σ y · weight · x: each is its gradient with respect
// to one of the three factors, made of the two others, so the gradients of each are again of these.
// Gradients of every order are therefore contiguous as the factors are, where those of libtorch's
// `bmm` come out transposed whenever an operand was, and all that is added to them goes by columns.
// The last is the third with a bias, as one operator whose gradient with respect to y is the first.
#include <ATen/ops/addmm.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <tuple>

#include "kernels/own_operator.h"

namespace metatorch::task_products {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

enum Factor { kY, kWeight, kX };
using Factors = std::array<at::Tensor, 3>;

// The two others, in their order.
constexpr Factor FirstBeside(Factor factor) { return factor == kY ? kWeight : kY; }
constexpr Factor SecondBeside(Factor factor) { return factor == kX ? kWeight : kX; }

// added + left · right, or the product alone if `added` is undefined.
at::Tensor AddProduct(const at::Tensor& added, const at::Tensor& left, const at::Tensor& right) {
  return added.defined() ? at::baddbmm(added, left, right) : left.bmm(right);
}

// The same of rows and a matrix. A matrix that all tasks share meets the rows of all in one
// product.
at::Tensor Multiply(const at::Tensor& added, const at::Tensor& rows, const at::Tensor& matrix) {
  const bool shared = matrix.size(0) > 1 && matrix.stride(0) == 0 && rows.is_contiguous() &&
                      (!added.defined() || (added.stride(0) == 0 && added.size(1) == 1));
  if (!shared) return AddProduct(added, rows, matrix);
  const at::Tensor flat = rows.flatten(0, 1);
  const at::Tensor one = matrix.select(0, 0);
  const at::Tensor result =
      added.defined() ? at::addmm(added.select(0, 0), flat, one) : flat.mm(one);
  return result.view({rows.size(0), rows.size(1), result.size(1)});
}

// The form's gradient with respect to one factor, and what is added to it, if that is defined.
at::Tensor Partial(Factor factor, const at::Tensor& added, const at::Tensor& first,
                   const at::Tensor& second) {
  switch (factor) {
    case kY:
      return Multiply(added, second, first.mT());
    case kWeight:
      return AddProduct(added, first.mT(), second);
    case kX:
      return Multiply(added, first, second);
  }
}

// The same, recorded, of three factors at hand.
at::Tensor PartialAmong(const Factors& factors, Factor factor);

template <Factor factor>
class PartialFunction : public torch::autograd::Function<PartialFunction<factor>> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& first,
                            const at::Tensor& second, const std::optional<at::Tensor>& added) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({first, second});
    context->saved_data["added"] = added.has_value();
    return Partial(factor, added.value_or(at::Tensor()), first, second);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    constexpr Factor kFirst = FirstBeside(factor);
    constexpr Factor kSecond = SecondBeside(factor);
    const auto saved = context->get_saved_variables();
    Factors factors;
    factors[factor] = gradients[0];
    factors[kFirst] = saved[0];
    factors[kSecond] = saved[1];
    variable_list results(3);
    if (context->needs_input_grad(0)) results[0] = PartialAmong(factors, kFirst);
    if (context->needs_input_grad(1)) results[1] = PartialAmong(factors, kSecond);
    // What is added may be one row for all, whose gradient libtorch sums up.
    const bool added = context->saved_data["added"].toBool();
    if (added && context->needs_input_grad(2)) results[2] = gradients[0];
    return results;
  }
};

at::Tensor PartialAmong(const Factors& factors, Factor factor) {
  const at::Tensor& first = factors[FirstBeside(factor)];
  const at::Tensor& second = factors[SecondBeside(factor)];
  switch (factor) {
    case kY:
      return PartialFunction<kY>::apply(first, second, std::nullopt);
    case kWeight:
      return PartialFunction<kWeight>::apply(first, second, std::nullopt);
    case kX:
      return PartialFunction<kX>::apply(first, second, std::nullopt);
  }
}

std::optional<at::Tensor> AsRows(const std::optional<at::Tensor>& bias) {
  if (!bias.has_value()) return std::nullopt;
  return bias->unsqueeze(1);
}

// bias + Σ y over the rows of each task.
at::Tensor AddRows(const at::Tensor& bias, const at::Tensor& y) { return y.sum(1).add_(bias); }

class UpdateFunction : public torch::autograd::Function<UpdateFunction> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& weight,
                               const at::Tensor& bias, const at::Tensor& y, const at::Tensor& x) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({y, x});
    return {Partial(kWeight, weight, y, x), AddRows(bias, y)};
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& of_weight = gradients[0];
    const at::Tensor& of_bias = gradients[1];
    variable_list results = {of_weight, of_bias, at::Tensor(), at::Tensor()};
    if (context->needs_input_grad(2)) {
      results[2] = PartialFunction<kY>::apply(of_weight, saved[1], AsRows(of_bias));
    }
    if (context->needs_input_grad(3)) {
      results[3] = PartialFunction<kX>::apply(saved[0], of_weight, std::nullopt);
    }
    return results;
  }
};

void CheckAdded(const at::Tensor& added, int64_t rows, int64_t columns) {
  TORCH_CHECK(added.dim() == 3 && added.size(1) == rows && added.size(2) == columns,
              "Expected added of shape [T, ", rows, ", ", columns, "] but received ",
              added.sizes());
}

at::Tensor TaskLinear(const at::Tensor& x, const at::Tensor& weight,
                      const std::optional<at::Tensor>& bias) {
  return Partial(kY, AsRows(bias).value_or(at::Tensor()), weight, x);
}

at::Tensor RecordedTaskLinear(const at::Tensor& x, const at::Tensor& weight,
                              const std::optional<at::Tensor>& bias) {
  return PartialFunction<kY>::apply(weight, x, AsRows(bias));
}

at::Tensor TaskProduct(const at::Tensor& added, const at::Tensor& y, const at::Tensor& weight) {
  CheckAdded(added, y.size(-2), weight.size(-1));
  return Partial(kX, added, y, weight);
}

at::Tensor RecordedTaskProduct(const at::Tensor& added, const at::Tensor& y,
                               const at::Tensor& weight) {
  CheckAdded(added, y.size(-2), weight.size(-1));
  return PartialFunction<kX>::apply(y, weight, added);
}

at::Tensor TaskOuter(const at::Tensor& added, const at::Tensor& y, const at::Tensor& x) {
  CheckAdded(added, y.size(-1), x.size(-1));
  return Partial(kWeight, added, y, x);
}

at::Tensor RecordedTaskOuter(const at::Tensor& added, const at::Tensor& y, const at::Tensor& x) {
  CheckAdded(added, y.size(-1), x.size(-1));
  return PartialFunction<kWeight>::apply(y, x, added);
}

using Parameters = std::tuple<at::Tensor, at::Tensor>;

void CheckParameters(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& y,
                     const at::Tensor& x) {
  CheckAdded(weight, y.size(-1), x.size(-1));
  TORCH_CHECK(
      y.dim() == 3 && bias.dim() == 2 && bias.size(0) == y.size(0) && bias.size(1) == y.size(2),
      "Expected a bias of shape [", y.size(0), ", ", y.size(-1), "] but received ", bias.sizes());
  TORCH_CHECK(bias.scalar_type() == y.scalar_type(), "Expected a bias of dtype ", y.scalar_type(),
              " but received ", bias.scalar_type());
}

Parameters TaskUpdate(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& y,
                      const at::Tensor& x) {
  CheckParameters(weight, bias, y, x);
  return {Partial(kWeight, weight, y, x), AddRows(bias, y)};
}

Parameters RecordedTaskUpdate(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& y,
                              const at::Tensor& x) {
  CheckParameters(weight, bias, y, x);
  const variable_list moved = UpdateFunction::apply(weight, bias, y, x);
  return {moved[0], moved[1]};
}

// Of libtorch's operators.

at::Tensor TaskLinearByLibtorch(const at::Tensor& x, const at::Tensor& weight,
                                const std::optional<at::Tensor>& bias) {
  return AddProduct(AsRows(bias).value_or(at::Tensor()), x, weight.mT());
}

at::Tensor TaskProductByLibtorch(const at::Tensor& added, const at::Tensor& y,
                                 const at::Tensor& weight) {
  return at::baddbmm(added, y, weight);
}

at::Tensor TaskOuterByLibtorch(const at::Tensor& added, const at::Tensor& y, const at::Tensor& x) {
  return at::baddbmm(added, y.mT(), x);
}

Parameters TaskUpdateByLibtorch(const at::Tensor& weight, const at::Tensor& bias,
                                const at::Tensor& y, const at::Tensor& x) {
  return {at::baddbmm(weight, y.mT(), x), at::add(bias, y.sum(1))};
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(metatorch, library) {
  library.def("task_linear(Tensor x, Tensor weight, Tensor? bias=None) -> Tensor");
  OwnOperator<TakesFloats, &TaskLinear, &RecordedTaskLinear, &TaskLinearByLibtorch>::Implement(
      library, "task_linear");
  library.def("task_product(Tensor added, Tensor y, Tensor weight) -> Tensor");
  OwnOperator<TakesFloats, &TaskProduct, &RecordedTaskProduct, &TaskProductByLibtorch>::Implement(
      library, "task_product");
  library.def("task_outer(Tensor added, Tensor y, Tensor x) -> Tensor");
  OwnOperator<TakesFloats, &TaskOuter, &RecordedTaskOuter, &TaskOuterByLibtorch>::Implement(
      library, "task_outer");
  library.def("task_update(Tensor weight, Tensor bias, Tensor y, Tensor x) -> (Tensor, Tensor)");
  OwnOperator<TakesFloats, &TaskUpdate, &RecordedTaskUpdate, &TaskUpdateByLibtorch>::Implement(
      library, "task_update");
}

}  // namespace metatorch::task_products
