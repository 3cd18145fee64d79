// Products of float32 matrices on the CPU. Where the processor gains by a kernel of our own, it
// takes the place of libtorch's in `mm`, `bmm`, `addmm` and `baddbmm`, and so in all that is made
// of them, gradients included.
#pragma once

#include <ATen/core/Tensor.h>

namespace metatorch {

// Whether the processor at hand has the instructions that the kernel is made of.
bool HasProductKernel();

// out = left · right, for matrices.
void ProductInto(at::Tensor& out, const at::Tensor& left, const at::Tensor& right);

}  // namespace metatorch
