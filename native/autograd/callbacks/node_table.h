// The operators of graphs that JavaScript has asked for.
#pragma once

#include <torch/csrc/autograd/edge.h>
#include <torch/csrc/autograd/function.h>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <unordered_map>

namespace metatorch {

// A shared pointer in some versions of libtorch, an intrusive one in others.
using NodePtr = decltype(torch::autograd::Edge::function);

// Numbers for operators, one for each, that do not keep them alive. Nothing has to be let go of:
// finalizers of JavaScript's objects would wait for the event loop, and a loop that asks for
// operators would keep them all.
class NodeTable {
 public:
  int64_t Add(const NodePtr& node);
  // Null if it has been freed.
  NodePtr At(int64_t id) const;

 private:
  using WeakNode =
      std::conditional_t<std::is_same_v<NodePtr, std::shared_ptr<torch::autograd::Node>>,
                         std::weak_ptr<torch::autograd::Node>,
                         c10::weak_intrusive_ptr<torch::autograd::Node>>;

  struct Entry {
    const torch::autograd::Node* address;
    WeakNode node;
  };

  void Sweep();

  static constexpr size_t kLeast = 1024;

  std::unordered_map<int64_t, Entry> entries_;
  std::unordered_map<const torch::autograd::Node*, int64_t> ids_;
  int64_t next_ = 1;
  size_t sweep_at_ = kLeast;
};

}  // namespace metatorch
