#include "autograd/callbacks/hooks.h"

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <functional>

#include "autograd/callbacks/graph_functions.h"
#include "autograd/callbacks/nodes.h"
#include "autograd/callbacks/recorded_levels.h"
#include "binding/convert.h"

namespace metatorch {
namespace {

using torch::autograd::variable_list;

// The hooks of one place, in the order in which they came.
class HookList {
 public:
  void Add(std::shared_ptr<GraphFunction> function) {
    std::erase_if(functions_, [](const auto& each) { return each->IsRemoved(); });
    functions_.push_back(std::move(function));
  }

  // A hook may add others and take some away.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& function : std::vector(functions_)) {
      if (!function->IsRemoved()) visit(*function);
    }
  }

 private:
  std::vector<std::shared_ptr<GraphFunction>> functions_;
};

// Of the gradient of one tensor, which is one of those that an operator gets.
class TensorHooks : public torch::autograd::FunctionPreHook {
 public:
  TensorHooks(size_t place, Labels labels) : place_(place), labels_(std::move(labels)) {}

  variable_list operator()(const variable_list& gradients) override {
    variable_list found = gradients;
    at::Tensor& gradient = found.at(place_);
    if (!gradient.defined()) return found;
    const RecordedLevels::Again levels(levels_);
    hooks.ForEach([&](const GraphFunction& hook) {
      variable_list answer = hook.Call({levels.Wrap(gradient, labels_)}).tensors;
      if (!answer.empty()) gradient = levels.Unwrap(answer[0], labels_);
    });
    return found;
  }

  bool IsOf(size_t place) const { return place == place_; }

  HookList hooks;

 private:
  const size_t place_;
  const Labels labels_;
  const RecordedLevels levels_;
};

class AfterAccumulation : public torch::autograd::PostAccumulateGradHook {
 public:
  void operator()(const at::Tensor& leaf) override {
    hooks.ForEach([&](const GraphFunction& hook) { hook.Call({leaf}); });
  }

  HookList hooks;
};

class NodePreHooks : public torch::autograd::FunctionPreHook {
 public:
  variable_list operator()(const variable_list& gradients) override {
    variable_list found = gradients;
    hooks.ForEach([&](const GraphFunction& hook) {
      variable_list answer = hook.Call(found).tensors;
      if (answer.size() == found.size()) found = std::move(answer);
    });
    return found;
  }

  HookList hooks;
};

class NodeHooks : public torch::autograd::FunctionPostHook {
 public:
  variable_list operator()(const variable_list& outputs, const variable_list& inputs) override {
    variable_list found = outputs;
    hooks.ForEach([&](const GraphFunction& hook) {
      variable_list both = found;
      both.insert(both.end(), inputs.begin(), inputs.end());
      variable_list answer = hook.Call(std::move(both)).tensors;
      if (answer.size() == found.size()) found = std::move(answer);
    });
    return found;
  }

  HookList hooks;
};

// The hooks of a kind that a place has got before.
template <typename Hooks, typename List>
Hooks* Find(
    const List& all,
    const std::function<bool(const Hooks&)>& is_wanted = [](const Hooks&) { return true; }) {
  for (const auto& each : all) {
    auto* hooks = dynamic_cast<Hooks*>(each.get());
    if (hooks != nullptr && is_wanted(*hooks)) return hooks;
  }
  return nullptr;
}

HookList& HooksOf(const at::Tensor& tensor) {
  Unbatched found = Unbatch(tensor);
  const at::Tensor& plain = found.plain;
  TORCH_CHECK(plain.requires_grad(),
              "Expected a tensor that requires gradients, but it does not require grad");
  const NodePtr node = plain.grad_fn();
  const size_t place = node ? plain.output_nr() : 0;
  const auto& all = node ? node->tensor_pre_hooks() : torch::autograd::impl::hooks(plain);
  TensorHooks* hooks = Find<TensorHooks>(all, [&](const auto& each) { return each.IsOf(place); });
  if (hooks != nullptr) return hooks->hooks;
  auto made = std::make_unique<TensorHooks>(place, std::move(found.labels));
  hooks = made.get();
  if (node) {
    node->add_tensor_pre_hook(std::move(made));
  } else {
    torch::autograd::impl::add_hook(plain, std::move(made));
  }
  return hooks->hooks;
}

HookList& HooksAfterAccumulation(const at::Tensor& leaf) {
  TORCH_CHECK(!IsBatched(leaf), "vmap: hooks after accumulation cannot be set inside vmap");
  TORCH_CHECK(leaf.requires_grad() && leaf.is_leaf(),
              "Expected a leaf that requires gradients: no others accumulate, and this leaf "
              "variable does not require grad or is none");
  auto* hooks =
      dynamic_cast<AfterAccumulation*>(torch::autograd::impl::post_acc_grad_hooks(leaf).get());
  if (hooks != nullptr) return hooks->hooks;
  auto made = std::make_unique<AfterAccumulation>();
  hooks = made.get();
  torch::autograd::impl::set_post_acc_grad_hooks(leaf, std::move(made));
  return hooks->hooks;
}

// The id by which a hook is removed.
napi_value Add(Call& call, HookList& hooks) {
  auto function = call.self.graph_functions->Add(call.argv[1]);
  const int64_t id = function->id;
  hooks.Add(std::move(function));
  return FromInt(call, id);
}

// registerHook(tensor, hook)
napi_value RegisterHook(Call& call) {
  call.operator_name = "registerHook";
  return Add(call, HooksOf(TensorArgument(call, 0)));
}

// registerPostAccumulateGradHook(leaf, hook)
napi_value RegisterPostAccumulateGradHook(Call& call) {
  call.operator_name = "registerPostAccumulateGradHook";
  return Add(call, HooksAfterAccumulation(TensorArgument(call, 0)));
}

// registerNodeHook(node, hook)
napi_value RegisterNodeHook(Call& call) {
  call.operator_name = "registerHook";
  const NodePtr node = NodeArgument(call, 0);
  NodeHooks* hooks = Find<NodeHooks>(node->post_hooks());
  if (hooks == nullptr) {
    auto made = std::make_unique<NodeHooks>();
    hooks = made.get();
    node->add_post_hook(std::move(made));
  }
  return Add(call, hooks->hooks);
}

// registerNodePreHook(node, hook)
napi_value RegisterNodePreHook(Call& call) {
  call.operator_name = "registerPrehook";
  const NodePtr node = NodeArgument(call, 0);
  NodePreHooks* hooks = Find<NodePreHooks>(node->pre_hooks());
  if (hooks == nullptr) {
    auto made = std::make_unique<NodePreHooks>();
    hooks = made.get();
    node->add_pre_hook(std::move(made));
  }
  return Add(call, hooks->hooks);
}

}  // namespace

void RegisterHooks(Napi::Object exports, Environment* self) {
  Register<RegisterHook>(exports, "registerHook", self);
  Register<RegisterPostAccumulateGradHook>(exports, "registerPostAccumulateGradHook", self);
  Register<RegisterNodeHook>(exports, "registerNodeHook", self);
  Register<RegisterNodePreHook>(exports, "registerNodePreHook", self);
}

}  // namespace metatorch
