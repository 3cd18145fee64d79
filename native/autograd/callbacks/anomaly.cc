#include "autograd/callbacks/anomaly.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/function_hook.h>

#include <atomic>
#include <utility>

#include "autograd/batching.h"
#include "autograd/graph_walk.h"
#include "binding/convert.h"

namespace metatorch {
namespace {

// What operators are made for: the environment of this thread that detects anomalies.
thread_local Anomalies* detecting = nullptr;

// libtorch's switch is one for all threads; it costs those that do not detect next to nothing.
void Switch(int change) {
  static std::atomic<int> regions{0};
  torch::autograd::AnomalyMode::set_enabled(regions.fetch_add(change) + change > 0, false);
}

// What libtorch keeps for every operator that is made in the meantime.
class OriginOfNode : public torch::autograd::AnomalyMetadata {
 public:
  void store_stack() override {
    if (detecting != nullptr) origin_.push_back(detecting->Capture());
  }

  void print_stack(const std::string& node) override {
    if (detecting != nullptr) detecting->Note({node, origin_});
  }

  void assign_parent(const NodePtr& parent) override {
    if (!parent) return;
    const auto* of_parent = dynamic_cast<OriginOfNode*>(parent->metadata());
    if (of_parent == nullptr) return;
    origin_.insert(origin_.end(), of_parent->origin_.begin(), of_parent->origin_.end());
  }

 private:
  Origin origin_;
};

class NanCheck : public torch::autograd::FunctionPostHook {
 public:
  explicit NanCheck(torch::autograd::Node* node) : node_(node) {}

  std::vector<at::Tensor> operator()(const std::vector<at::Tensor>& outputs,
                                     const std::vector<at::Tensor>&) override {
    const at::NoGradGuard guard;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (!outputs[i].defined()) continue;
      at::Tensor plain = Unbatch(outputs[i]).plain;
      if (plain.is_sparse()) plain = plain._values();
      if (!plain.is_floating_point() && !plain.is_complex()) continue;
      TORCH_CHECK(!at::isnan(plain).any().item<bool>(), "Function '", node_->name(),
                  "' returned nan values in its ", i, "th output");
    }
    return outputs;
  }

 private:
  const torch::autograd::Node* const node_;
};

// enterAnomalies(capture, checkNan)
napi_value EnterAnomalies(Call& call) {
  call.self.anomalies->Enter(call.argv[0], BoolArgument(call, 1));
  return nullptr;
}

napi_value LeaveAnomalies(Call& call) {
  call.self.anomalies->Leave();
  return nullptr;
}

// takeFailure(): [the operator's name, functions that tell where it was called] of the operator
// whose backward has failed, or null.
napi_value TakeFailure(Call& call) {
  const Napi::Env env(call.env);
  const std::unique_ptr<Failure> failure = call.self.anomalies->Take();
  if (failure == nullptr) return env.Null();
  Napi::Array found = Napi::Array::New(env, 2);
  Napi::Array origin = Napi::Array::New(env, failure->origin.size());
  for (size_t i = 0; i < failure->origin.size(); ++i) {
    origin.Set(static_cast<uint32_t>(i), failure->origin[i]->Value());
  }
  found.Set(0u, failure->node);
  found.Set(1u, origin);
  return found;
}

}  // namespace

NanChecks::NanChecks(const std::vector<at::Tensor>& outputs) {
  Reaches(NodesOf(outputs), [&](torch::autograd::Node* node) {
    const uintptr_t key = node->add_post_hook(std::make_unique<NanCheck>(node));
    hooks_.emplace_back(node->getptr(), key);
    return false;
  });
}

NanChecks::~NanChecks() {
  for (const auto& [node, key] : hooks_) node->del_post_hook(key);
}

Anomalies::Anomalies(std::shared_ptr<GraphFunctions> functions)
    : functions_(std::move(functions)) {}

Anomalies::~Anomalies() {
  while (IsInside()) Leave();
}

void Anomalies::Enter(napi_value capture, bool check_nan) {
  regions_.push_back({functions_->Add(capture), check_nan, std::exchange(detecting, this)});
  Switch(1);
}

void Anomalies::Leave() {
  if (regions_.empty()) return;
  detecting = regions_.back().outer;
  regions_.pop_back();
  if (regions_.empty()) failure_.reset();
  Switch(-1);
}

std::unique_ptr<NanChecks> Anomalies::ChecksFor(const std::vector<at::Tensor>& outputs) const {
  if (regions_.empty() || !regions_.back().check_nan) return nullptr;
  return std::make_unique<NanChecks>(outputs);
}

std::shared_ptr<GraphFunction> Anomalies::Capture() const {
  return regions_.back().capture->Call({}).function;
}

void Anomalies::Note(Failure failure) {
  if (failure_ == nullptr) failure_ = std::make_unique<Failure>(std::move(failure));
}

std::unique_ptr<torch::autograd::AnomalyMetadata> MakeOrigin() {
  return std::make_unique<OriginOfNode>();
}

void RegisterAnomalies(Napi::Object exports, Environment* self) {
  self->anomalies = std::make_shared<Anomalies>(self->graph_functions);
  Register<EnterAnomalies>(exports, "enterAnomalies", self);
  Register<LeaveAnomalies>(exports, "leaveAnomalies", self);
  Register<TakeFailure>(exports, "takeFailure", self);
}

}  // namespace metatorch
