// Walks over the operators that a graph has recorded.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/function.h>

#include <unordered_set>
#include <vector>

#include "autograd/batching.h"

namespace metatorch {

// Whether one of the operators that the outputs were made by is wanted.
template <typename Wanted>
bool Reaches(const std::vector<at::Tensor>& outputs, Wanted wanted) {
  std::vector<torch::autograd::Node*> left;
  for (const at::Tensor& output : outputs) left.push_back(Unbatch(output).plain.grad_fn().get());
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
