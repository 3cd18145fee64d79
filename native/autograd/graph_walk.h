// Walks over the operators that a graph has recorded.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include <unordered_set>
#include <vector>

#include "autograd/batching.h"

namespace metatorch {

using Nodes = std::vector<torch::autograd::Node*>;

// The operators whose backward gives or takes the gradients of tensors.
inline Nodes NodesOf(const std::vector<at::Tensor>& tensors) {
  Nodes nodes;
  for (const at::Tensor& tensor : tensors) {
    const at::Tensor plain = Unbatch(tensor).plain;
    if (!plain.requires_grad()) continue;
    nodes.push_back(torch::autograd::impl::gradient_edge(plain).function.get());
  }
  return nodes;
}

// Whether one of the operators that lead to these is wanted, themselves included.
template <typename Wanted>
bool Reaches(Nodes left, Wanted wanted) {
  std::unordered_set<torch::autograd::Node*> seen;
  while (!left.empty()) {
    torch::autograd::Node* node = left.back();
    left.pop_back();
    if (node == nullptr || !seen.insert(node).second) continue;
    if (wanted(node)) return true;
    for (const auto& edge : node->next_edges()) left.push_back(edge.function.get());
  }
  return false;
}

}  // namespace metatorch
