#include "autograd/callbacks/function_node.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <unordered_set>

#include "autograd/callbacks/graph_functions.h"
#include "autograd/callbacks/recorded_levels.h"
#include "binding/convert.h"

namespace metatorch {
namespace {

using torch::autograd::SavedVariable;
using torch::autograd::variable_list;
using torch::autograd::VariableInfo;
using Impls = std::unordered_set<at::TensorImpl*>;

std::vector<Unbatched> UnbatchedArguments(const Call& call, size_t index) {
  std::vector<Unbatched> all;
  for (const at::Tensor& tensor : TensorsArgument(call, index)) {
    all.push_back(tensor.defined() ? Unbatch(tensor) : Unbatched());
  }
  return all;
}

variable_list PlainOf(const std::vector<Unbatched>& tensors) {
  variable_list plain;
  for (const Unbatched& tensor : tensors) plain.push_back(tensor.plain);
  return plain;
}

std::vector<Labels> LabelsOf(const std::vector<Unbatched>& tensors) {
  std::vector<Labels> labels;
  for (const Unbatched& tensor : tensors) labels.push_back(tensor.labels);
  return labels;
}

// Its inputs are the gradients of the function's outputs, its outputs those of the inputs.
class FunctionNode : public torch::autograd::Node {
 public:
  FunctionNode(std::string name, std::shared_ptr<GraphFunction> backward, bool materialize,
               const std::vector<Unbatched>& inputs)
      : name_(std::move(name)),
        backward_(std::move(backward)),
        materialize_(materialize),
        inputs_(LabelsOf(inputs)) {}

  std::string name() const override { return name_; }

  void Finish(const NodePtr& self, const variable_list& outputs, std::vector<Labels> labels,
              std::vector<Unbatched> saved) {
    for (const at::Tensor& output : outputs) zeros_.emplace_back(output);
    outputs_ = std::move(labels);
    for (Unbatched& each : saved) {
      const bool is_output = each.plain.defined() && each.plain.grad_fn() == self;
      saved_.emplace_back(each.plain, is_output);
      saved_labels_.push_back(std::move(each.labels));
    }
  }

  void release_variables() override {
    for (SavedVariable& saved : saved_) saved.reset_data();
    released_ = true;
  }

 protected:
  variable_list apply(variable_list&& gradients) override {
    at::OptionalDeviceGuard device;
    const RecordedLevels::Again levels(levels_);
    variable_list wrapped;
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined() && materialize_) gradients[i] = zeros_[i].zeros(device);
      wrapped.push_back(levels.Wrap(std::move(gradients[i]), outputs_[i]));
    }
    std::vector<bool> needed;
    for (size_t i = 0; i < inputs_.size(); ++i) needed.push_back(task_should_compute_output(i));
    SavedHere saved(*this, levels);
    variable_list found = backward_->Call(std::move(wrapped), needed, &saved).tensors;
    TORCH_CHECK(found.size() == inputs_.size(), "Expected ", inputs_.size(), " gradients");
    for (size_t i = 0; i < found.size(); ++i) found[i] = levels.Unwrap(found[i], inputs_[i]);
    return found;
  }

 private:
  // What was saved, at the levels of one call.
  class SavedHere : public GraphFunctions::Saved {
   public:
    SavedHere(FunctionNode& node, const RecordedLevels::Again& levels)
        : node_(node), levels_(levels) {}

    variable_list Unpack() override {
      TORCH_CHECK(!node_.released_, torch::autograd::ERR_BACKWARD_TWICE);
      variable_list tensors;
      for (size_t i = 0; i < node_.saved_.size(); ++i) {
        at::Tensor plain = node_.saved_[i].unpack(node_.getptr());
        tensors.push_back(levels_.Wrap(std::move(plain), node_.saved_labels_[i]));
      }
      return tensors;
    }

   private:
    FunctionNode& node_;
    const RecordedLevels::Again& levels_;
  };

  const std::string name_;
  const std::shared_ptr<GraphFunction> backward_;
  const bool materialize_;
  const RecordedLevels levels_;
  const std::vector<Labels> inputs_;
  std::vector<Labels> outputs_;
  std::vector<VariableInfo> zeros_;
  std::vector<SavedVariable> saved_;
  std::vector<Labels> saved_labels_;
  bool released_ = false;
};

// The tensors at the places that an argument lists.
Impls ImplsAt(const Call& call, size_t index, const variable_list& tensors) {
  Impls impls;
  for (const int64_t at : IntsArgument(call, index)) {
    impls.insert(tensors.at(static_cast<size_t>(at)).unsafeGetTensorImpl());
  }
  return impls;
}

at::Tensor ViewOfItself(const at::Tensor& tensor) { return tensor.view_as(tensor); }

variable_list NoForwardMode(const variable_list&, const variable_list&) {
  TORCH_CHECK_NOT_IMPLEMENTED(false, "Functions have no forward mode; use torch.jvp");
}

// recordFunction(name, inputs, outputs, dirty, nonDifferentiable, saved, materialize, backward):
// makes the outputs those of an operator of the inputs. Null for each that stays as it is, and a
// tensor for each that is to be used instead. `dirty` are places of inputs, `nonDifferentiable` of
// outputs.
napi_value RecordFunction(Call& call) {
  call.operator_name = "Function";
  const std::vector<Unbatched> inputs = UnbatchedArguments(call, 1);
  std::vector<Unbatched> outputs = UnbatchedArguments(call, 2);
  const variable_list given = PlainOf(inputs);
  const variable_list made = PlainOf(outputs);
  const Impls dirty = ImplsAt(call, 3, given);
  const Impls constant = ImplsAt(call, 4, made);
  const auto node =
      MakeNode<FunctionNode>(StringArgument(call, 0), call.self.graph_functions->Add(call.argv[7]),
                             BoolArgument(call, 6), inputs);
  const NodePtr self = node;
  node->set_next_edges(torch::autograd::collect_next_edges(given));
  for (at::TensorImpl* impl : dirty) impl->bump_version();
  const std::vector<std::optional<at::Tensor>> raw(made.begin(), made.end());
  const auto wrapped = torch::autograd::_wrap_outputs(given, constant, dirty, raw, self,
                                                      NoForwardMode, {}, ViewOfItself, false);
  variable_list results;
  for (const auto& each : wrapped) results.push_back(each.value());
  node->Finish(self, results, LabelsOf(outputs), UnbatchedArguments(call, 5));
  for (size_t i = 0; i < results.size(); ++i) {
    results[i] = results[i].is_same(made[i])
                     ? at::Tensor()
                     : Batch(std::move(results[i]), std::move(outputs[i].labels));
  }
  return FromTensors(call, std::move(results));
}

}  // namespace

void RegisterFunctionNodes(Napi::Object exports, Environment* self) {
  Register<RecordFunction>(exports, "recordFunction", self);
}

}  // namespace metatorch
