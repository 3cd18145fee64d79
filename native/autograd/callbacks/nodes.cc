#include "autograd/callbacks/nodes.h"

#include <torch/csrc/autograd/functions/accumulate_grad.h>

#include "autograd/batching.h"
#include "binding/convert.h"

namespace metatorch {
namespace {

napi_value FromNode(const Call& call, const NodePtr& node) {
  if (!node) return Napi::Env(call.env).Null();
  return FromInt(call, call.self.graph_functions->nodes.Add(node));
}

// gradFn(tensor): null for a leaf.
napi_value GradFn(Call& call) {
  return FromNode(call, Unbatch(TensorArgument(call, 0)).plain.grad_fn());
}

napi_value NodeName(Call& call) { return FromString(call, NodeArgument(call, 0)->name()); }

// nodeAddress(node): tells operators apart.
napi_value NodeAddress(Call& call) {
  return FromInt(call, reinterpret_cast<int64_t>(NodeArgument(call, 0).get()));
}

// nextNodes(node): [node or null, which of its outputs' gradients it gets], for each input.
napi_value NextNodes(Call& call) {
  const NodePtr node = NodeArgument(call, 0);
  const Napi::Env env(call.env);
  Napi::Array all = Napi::Array::New(env, node->next_edges().size());
  for (size_t i = 0; i < node->next_edges().size(); ++i) {
    const torch::autograd::Edge& edge = node->next_edge(i);
    Napi::Array pair = Napi::Array::New(env, 2);
    pair.Set(0u, Napi::Value(env, FromNode(call, edge.function)));
    pair.Set(1u, Napi::Value(env, FromInt(call, edge.input_nr)));
    all.Set(static_cast<uint32_t>(i), pair);
  }
  return all;
}

// nodeVariable(node): the leaf that the operator accumulates into, or null.
napi_value NodeVariable(Call& call) {
  const NodePtr node = NodeArgument(call, 0);
  const auto* leaf = dynamic_cast<torch::autograd::AccumulateGrad*>(node.get());
  return FromTensor(call, leaf == nullptr ? at::Tensor() : leaf->variable);
}

}  // namespace

NodePtr NodeArgument(const Call& call, size_t index) {
  const NodePtr node = call.self.graph_functions->nodes.At(IntArgument(call, index));
  TORCH_CHECK(node, "Expected a gradFn of a graph, but its graph has been freed with its tensors");
  return node;
}

void RegisterNodes(Napi::Object exports, Environment* self) {
  Register<GradFn>(exports, "gradFn", self);
  Register<NodeName>(exports, "nodeName", self);
  Register<NodeAddress>(exports, "nodeAddress", self);
  Register<NextNodes>(exports, "nextNodes", self);
  Register<NodeVariable>(exports, "nodeVariable", self);
}

}  // namespace metatorch
