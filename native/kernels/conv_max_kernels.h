// A convolution over sequences and the maximum over its places, as one operator on the CPU, and the
// three products that its gradients of every order are made of. Only the window where a filter was
// greatest takes part in those, so they cost a fraction of the dense ones.
#pragma once

#include <ATen/core/Tensor.h>

#include <utility>

namespace metatorch {

// What the kernels take: x [T, n, L, D]; weight [T, F, k·D], which tasks may share by a stride of
// 0; bias [T, F]; values [T, n, F]; places [T, n, F], int32, the first step of a window.
struct ConvMaxSizes {
  int64_t tasks;
  int64_t samples;
  int64_t length;
  int64_t size;
  int64_t filters;
  int64_t kernel;
};

// Checks shapes and dtypes.
ConvMaxSizes SizesOf(const at::Tensor& x, const at::Tensor& weight);

// The greatest of (window · filter + bias) over the windows, and its place.
std::pair<at::Tensor, at::Tensor> ConvMaxForward(const at::Tensor& x, const at::Tensor& weight,
                                                 const at::Tensor& bias, ConvMaxSizes sizes);
// window at the place · filter: [T, n, F].
at::Tensor PickedProduct(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& places,
                         ConvMaxSizes sizes);
// The gradient of Σ values ∘ PickedProduct with respect to the weight.
at::Tensor PickedWeight(const at::Tensor& values, const at::Tensor& x, const at::Tensor& places,
                        ConvMaxSizes sizes);
// Likewise with respect to x.
at::Tensor PickedInput(const at::Tensor& values, const at::Tensor& weight, const at::Tensor& places,
                       ConvMaxSizes sizes);

}  // namespace metatorch
