// Tensors inside vmap: plain tensors some of whose dimensions, one for each level of vmap, are
// hidden from operators. The autograd graph is that of the plain tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace metatorch {

// What every dimension of a plain tensor is: 0, 1, … where operators see it, -level where it is
// hidden.
using Labels = std::vector<int64_t>;

struct Unbatched {
  at::Tensor plain;
  Labels labels;
};

bool IsBatched(const at::Tensor& tensor);
Unbatched Unbatch(const at::Tensor& tensor);
at::Tensor Batch(at::Tensor plain, Labels labels);

// How deep in vmap this thread is; the levels are 1 to depth.
int64_t VmapDepth();
int64_t BatchSize(int64_t level);

bool Holds(const Labels& labels, int64_t label);
int64_t Position(const Labels& labels, int64_t label);

}  // namespace metatorch
