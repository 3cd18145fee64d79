#include "kernels/recorded_gradients.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/autograd.h>

namespace metatorch {
namespace {

// A tensor of its own for each, so that one that is given twice has two gradients.
variable_list Aliases(const variable_list& tensors) {
  variable_list own;
  for (const at::Tensor& tensor : tensors) own.push_back(tensor.view_as(tensor));
  return own;
}

// The gradients of y, weighted by g if it is defined, for those of the tensors that need one.
variable_list GradientsOf(const at::Tensor& y, const at::Tensor& g, const variable_list& tensors) {
  variable_list needing;
  for (const at::Tensor& tensor : tensors) {
    if (tensor.requires_grad()) needing.push_back(tensor);
  }
  variable_list found = torch::autograd::grad({y}, needing, {g}, /*retain_graph=*/true,
                                              /*create_graph=*/true, /*allow_unused=*/true);
  variable_list all;
  size_t next = 0;
  for (const at::Tensor& tensor : tensors) {
    all.push_back(tensor.requires_grad() ? std::move(found[next++]) : at::Tensor());
  }
  return all;
}

}  // namespace

variable_list RecordedSecondGradients(const Composed& f, const variable_list& inputs,
                                      const at::Tensor& g, const variable_list& cotangents) {
  variable_list own = Aliases(inputs);
  const at::Tensor weight = g.view_as(g);
  const variable_list first = GradientsOf(f(own), weight, own);
  own.push_back(weight);
  at::Tensor sum;
  for (size_t i = 0; i < first.size(); ++i) {
    if (!first[i].defined() || !cotangents[i].defined()) continue;
    const at::Tensor part = (first[i] * cotangents[i]).sum();
    sum = sum.defined() ? sum + part : part;
  }
  if (!sum.defined() || !sum.requires_grad()) return variable_list(own.size());
  return GradientsOf(sum, at::Tensor(), own);
}

}  // namespace metatorch
