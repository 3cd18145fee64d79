// Gradients of gradients of an operator of our own, made of operators that are recorded, so that
// those of every order follow.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/variable.h>

#include <functional>

namespace metatorch {

using torch::autograd::variable_list;

// The operator, made of libtorch's.
using Composed = std::function<at::Tensor(const variable_list& inputs)>;

// The gradients of Σ cotangents[i] · ∂(g · f(inputs))/∂inputs[i] with respect to the inputs and,
// last, to g; undefined for those that need none.
variable_list RecordedSecondGradients(const Composed& f, const variable_list& inputs,
                                      const at::Tensor& g, const variable_list& cotangents);

}  // namespace metatorch
