// Gradients inside vmap, each sample's own.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "autograd/grad_passes.h"

namespace metatorch {

// As torch::autograd::grad, where outputs, inputs and what weighs the outputs may vary along levels
// of vmap: at every index of the levels the gradient of the outputs at that index, as if vmap were
// a loop. A level along which an input does not vary but the rest does costs a backward pass that
// is as many times larger; where all inputs vary, one pass serves all samples.
std::vector<at::Tensor> BatchedGrad(const std::vector<at::Tensor>& outputs,
                                    const std::vector<at::Tensor>& inputs,
                                    const std::vector<at::Tensor>& seeds, GradOptions options);

// As torch::autograd::backward: leaves that do not vary along a level accumulate the sum over it.
void BatchedBackward(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& seeds,
                     const std::vector<at::Tensor>& inputs, GradOptions options);

}  // namespace metatorch
