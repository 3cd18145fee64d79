// Attention of all heads of a batch, and its derivatives, each in one pass over the heads. No heads
// are moved apart, and of all that has a number for each query and key only the weights are kept.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

namespace metatorch {

using AttentionMask = std::optional<at::Tensor>;

struct AttentionOutput {
  at::Tensor out;
  // Of all heads, one after the other; undefined if they are not kept.
  at::Tensor weights;
};

// `parts` are queries [B, a, H·d], keys [B, b, H·d] and values [B, b, H·e]; the mask is [B, a, b].
AttentionOutput AttentionForward(const std::vector<at::Tensor>& parts, const AttentionMask& mask,
                                 int64_t heads, bool keep_weights);

// Of Σ gradient · out, with respect to the parts.
std::vector<at::Tensor> AttentionGradients(const std::vector<at::Tensor>& parts,
                                           const at::Tensor& weights, const at::Tensor& gradient,
                                           int64_t heads);

// Of Σ cotangents · those gradients, with respect to the parts and to the gradient.
std::vector<at::Tensor> AttentionSecondGradients(const std::vector<at::Tensor>& parts,
                                                 const at::Tensor& weights,
                                                 const at::Tensor& gradient,
                                                 const std::vector<at::Tensor>& cotangents,
                                                 int64_t heads);

}  // namespace metatorch
