// Backward passes inside of vmap over tensors that are plain themselves.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace metatorch {

struct GradOptions {
  bool retain_graph;
  bool create_graph;
  bool allow_unused;
};

// As torch::autograd::grad.
std::vector<at::Tensor> GradOnce(const std::vector<at::Tensor>& outputs,
                                 const std::vector<at::Tensor>& inputs,
                                 const std::vector<at::Tensor>& seeds, GradOptions options);

// The same for seeds with `count` indices in front, which the gradients have too: one pass for all
// of them, or one each where the graph has operators of our own.
std::vector<at::Tensor> GradForEach(const std::vector<at::Tensor>& outputs,
                                    const std::vector<at::Tensor>& inputs,
                                    const std::vector<at::Tensor>& seeds, int64_t count,
                                    GradOptions options);

// As torch::autograd::backward.
void BackwardOnce(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& seeds,
                  const std::vector<at::Tensor>& inputs, GradOptions options);

}  // namespace metatorch
