// metatorch::conv_max(x [T, n, L, D], weight [T, F, k*D], bias [T, F]) -> values [T, n, F], places:
// the operator and its gradients, which are made of the same three products and so have gradients
// of every order.
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/conv_max_kernels.h"
#include "kernels/own_operator.h"

namespace metatorch::conv_max_operator {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Each of the three is the gradient of the trilinear form Σ values · ⟨window of x, filter of
// weight⟩ with respect to one of its arguments, so each one's gradients are the other two.
at::Tensor Product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& places);
at::Tensor WeightOf(const at::Tensor& values, const at::Tensor& x, const at::Tensor& places,
                    int64_t kernel);
at::Tensor InputOf(const at::Tensor& values, const at::Tensor& weight, const at::Tensor& places,
                   int64_t length, int64_t size);

// The form's gradients with respect to x and weight, the first two inputs of who asks.
std::pair<at::Tensor, at::Tensor> FactorGradients(AutogradContext* context,
                                                  const at::Tensor& values) {
  const auto saved = context->get_saved_variables();
  const at::Tensor& x = saved[0];
  const at::Tensor& weight = saved[1];
  at::Tensor to_x, to_weight;
  if (context->needs_input_grad(0)) {
    to_x = InputOf(values, weight, saved[2], x.size(2), x.size(3));
  }
  if (context->needs_input_grad(1)) {
    to_weight = WeightOf(values, x, saved[2], weight.size(2) / x.size(3));
  }
  return {std::move(to_x), std::move(to_weight)};
}

class ProductFunction : public torch::autograd::Function<ProductFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& places) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({x, weight, places});
    return PickedProduct(x, weight, places, SizesOf(x, weight));
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto [to_x, to_weight] = FactorGradients(context, gradients[0]);
    return {to_x, to_weight, at::Tensor()};
  }
};

class WeightFunction : public torch::autograd::Function<WeightFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& values, const at::Tensor& x,
                            const at::Tensor& places, int64_t kernel) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({values, x, places});
    return PickedWeight(values, x, places,
                        {x.size(0), x.size(1), x.size(2), x.size(3), values.size(2), kernel});
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[1];
    at::Tensor to_values, to_x;
    if (context->needs_input_grad(0)) to_values = Product(x, gradients[0], saved[2]);
    if (context->needs_input_grad(1)) {
      to_x = InputOf(saved[0], gradients[0], saved[2], x.size(2), x.size(3));
    }
    return {to_values, to_x, at::Tensor(), at::Tensor()};
  }
};

class InputFunction : public torch::autograd::Function<InputFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& values,
                            const at::Tensor& weight, const at::Tensor& places, int64_t length,
                            int64_t size) {
    const at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({values, weight, places});
    const int64_t kernel = weight.size(2) / size;
    return PickedInput(values, weight, places,
                       {values.size(0), values.size(1), length, size, values.size(2), kernel});
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& weight = saved[1];
    at::Tensor to_values, to_weight;
    if (context->needs_input_grad(0)) to_values = Product(gradients[0], weight, saved[2]);
    if (context->needs_input_grad(1)) {
      const int64_t kernel = weight.size(2) / gradients[0].size(3);
      to_weight = WeightOf(saved[0], gradients[0], saved[2], kernel);
    }
    return {to_values, to_weight, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

class ConvMaxFunction : public torch::autograd::Function<ConvMaxFunction> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& x,
                               const at::Tensor& weight, const at::Tensor& bias) {
    const at::AutoDispatchBelowADInplaceOrView below;
    auto [values, places] = ConvMaxForward(x, weight, bias, SizesOf(x, weight));
    context->save_for_backward({x, weight, places});
    context->mark_non_differentiable({places});
    return {values, places};
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto [to_x, to_weight] = FactorGradients(context, gradients[0]);
    at::Tensor to_bias;
    if (context->needs_input_grad(2)) to_bias = gradients[0].sum(1);
    return {to_x, to_weight, to_bias};
  }
};

at::Tensor Product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& places) {
  return ProductFunction::apply(x, weight, places);
}

at::Tensor WeightOf(const at::Tensor& values, const at::Tensor& x, const at::Tensor& places,
                    int64_t kernel) {
  return WeightFunction::apply(values, x, places, kernel);
}

at::Tensor InputOf(const at::Tensor& values, const at::Tensor& weight, const at::Tensor& places,
                   int64_t length, int64_t size) {
  return InputFunction::apply(values, weight, places, length, size);
}

std::tuple<at::Tensor, at::Tensor> ConvMax(const at::Tensor& x, const at::Tensor& weight,
                                           const at::Tensor& bias) {
  return ConvMaxForward(x, weight, bias, SizesOf(x, weight));
}

std::tuple<at::Tensor, at::Tensor> RecordedConvMax(const at::Tensor& x, const at::Tensor& weight,
                                                   const at::Tensor& bias) {
  variable_list results = ConvMaxFunction::apply(x, weight, bias);
  return {std::move(results[0]), std::move(results[1])};
}

// Of libtorch's operators: all windows, all products, the greatest.
std::tuple<at::Tensor, at::Tensor> ConvMaxByLibtorch(const at::Tensor& x, const at::Tensor& weight,
                                                     const at::Tensor& bias) {
  const int64_t kernel = weight.size(-1) / x.size(-1);
  const at::Tensor windows = x.unfold(2, kernel, 1).transpose(-2, -1).flatten(3);
  auto [values, places] = windows.matmul(weight.mT().unsqueeze(1)).max(2);
  return {values + bias.unsqueeze(1), places};
}

}  // namespace

TORCH_LIBRARY(metatorch, library) {
  library.def("conv_max(Tensor x, Tensor weight, Tensor bias) -> (Tensor, Tensor)");
  OwnOperator<TakesFloats, &ConvMax, &RecordedConvMax, &ConvMaxByLibtorch>::Implement(library,
                                                                                      "conv_max");
}

}  // namespace metatorch::conv_max_operator
