#include "autograd/callbacks/backward_pass.h"

#include <c10/core/AutogradState.h>

#include <algorithm>

#include "autograd/callbacks/graph_functions.h"
#include "autograd/checkpoint.h"
#include "autograd/graph_walk.h"

namespace metatorch {

namespace {

// Whether an operator's backward has to run for what is wanted.
bool LeadsTo(torch::autograd::Node* node, const std::vector<at::Tensor>& inputs) {
  if (inputs.empty()) return true;
  const Nodes ends = NodesOf(inputs);
  Nodes next;
  for (const auto& edge : node->next_edges()) next.push_back(edge.function.get());
  // That of a leaf runs only to accumulate.
  return Reaches(std::move(next), [&](torch::autograd::Node* each) {
    return std::find(ends.begin(), ends.end(), each) != ends.end();
  });
}

}  // namespace

BackwardPass::BackwardPass(Environment& self, const std::vector<at::Tensor>& outputs,
                           const std::vector<at::Tensor>& inputs)
    : self_(self),
      multithreading_(c10::AutogradState::get_tls_state().get_multithreading_enabled()) {
  const GraphFunctions& functions = *self.graph_functions;
  const auto waits = [&](torch::autograd::Node* node) {
    return functions.IsInside(node) && LeadsTo(node, inputs);
  };
  TORCH_CHECK(!functions.IsInsideAny() || !Reaches(NodesOf(outputs), waits),
              "Expected a graph without the operator whose backward is running, as it calls a "
              "function or hook of yours or has its region made again in backward: it would wait "
              "for itself");
  checks_ = self.anomalies->ChecksFor(outputs);
  c10::AutogradState::get_tls_state().set_multithreading_enabled(false);
  ++self.backward_depth;
}

BackwardPass::~BackwardPass() {
  c10::AutogradState::get_tls_state().set_multithreading_enabled(multithreading_);
  if (--self_.backward_depth == 0) self_.checkpoints->ClearMadeAgain();
}

}  // namespace metatorch
