#include "autograd/grad_passes.h"

#include <ATen/ATen.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <torch/csrc/autograd/autograd.h>

#include <optional>

#include "autograd/graph_walk.h"

namespace metatorch {
namespace {

namespace functorch = at::functorch;

// Whether a graph has operators of our own, which work with plain tensors outside of vmap alone.
bool HasOwnOperators(const std::vector<at::Tensor>& outputs) {
  return Reaches(NodesOf(outputs), [](const torch::autograd::Node* node) {
    return node->name().find("CppNode<metatorch::") != std::string::npos;
  });
}

// No levels of vmap for the time of one backward pass.
class WithoutLevels {
 public:
  WithoutLevels() {
    while (!functorch::getDynamicLayerStack().empty()) {
      layers_.push_back(functorch::popDynamicLayer());
    }
  }
  ~WithoutLevels() {
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
      functorch::pushDynamicLayer(std::move(*layer));
    }
  }
  WithoutLevels(const WithoutLevels&) = delete;
  WithoutLevels& operator=(const WithoutLevels&) = delete;

 private:
  std::vector<functorch::DynamicLayer> layers_;
};

// A level of vmap for the time of one backward pass.
class TemporaryLevel {
 public:
  explicit TemporaryLevel(int64_t size)
      : level(functorch::initAndPushDynamicLayer(functorch::TransformType::Vmap, c10::SymInt(size),
                                                 functorch::RandomnessType::Same)) {}
  ~TemporaryLevel() { functorch::popDynamicLayerAndDeleteMetadata(); }
  TemporaryLevel(const TemporaryLevel&) = delete;
  TemporaryLevel& operator=(const TemporaryLevel&) = delete;

  const int64_t level;
};

// One pass for all seeds.
std::vector<at::Tensor> GradTogether(const std::vector<at::Tensor>& outputs,
                                     const std::vector<at::Tensor>& inputs,
                                     const std::vector<at::Tensor>& seeds, int64_t count,
                                     GradOptions options) {
  const TemporaryLevel layer(count);
  std::vector<at::Tensor> own;
  for (const at::Tensor& seed : seeds) own.push_back(functorch::addBatchDim(seed, 0, layer.level));
  std::vector<at::Tensor> gradients = torch::autograd::grad(
      outputs, inputs, own, options.retain_graph, options.create_graph, options.allow_unused);
  for (at::Tensor& gradient : gradients) {
    if (!gradient.defined()) continue;
    const auto* batched = functorch::maybeGetBatchedImpl(gradient);
    if (batched != nullptr) {
      gradient = batched->value().movedim(batched->bdim(), 0);
    } else {
      std::vector<int64_t> sizes = gradient.sizes().vec();
      sizes.insert(sizes.begin(), count);
      gradient = gradient.unsqueeze(0).expand(sizes);
    }
  }
  return gradients;
}

// The same by one pass after the other.
std::vector<at::Tensor> GradOneByOne(const std::vector<at::Tensor>& outputs,
                                     const std::vector<at::Tensor>& inputs,
                                     const std::vector<at::Tensor>& seeds, int64_t count,
                                     GradOptions options) {
  const WithoutLevels none;
  std::vector<std::vector<at::Tensor>> found(inputs.size());
  for (int64_t i = 0; i < count; ++i) {
    std::vector<at::Tensor> own;
    for (const at::Tensor& seed : seeds) own.push_back(seed.select(0, i));
    const bool retain = options.retain_graph || i + 1 < count;
    const auto gradients = torch::autograd::grad(outputs, inputs, own, retain, options.create_graph,
                                                 options.allow_unused);
    for (size_t k = 0; k < inputs.size(); ++k) {
      if (gradients[k].defined()) found[k].push_back(gradients[k]);
    }
  }
  std::vector<at::Tensor> all;
  for (const auto& each : found) all.push_back(each.empty() ? at::Tensor() : at::stack(each));
  return all;
}

}  // namespace

std::vector<at::Tensor> GradOnce(const std::vector<at::Tensor>& outputs,
                                 const std::vector<at::Tensor>& inputs,
                                 const std::vector<at::Tensor>& seeds, GradOptions options) {
  std::optional<WithoutLevels> none;
  if (HasOwnOperators(outputs)) none.emplace();
  return torch::autograd::grad(outputs, inputs, seeds, options.retain_graph, options.create_graph,
                               options.allow_unused);
}

std::vector<at::Tensor> GradForEach(const std::vector<at::Tensor>& outputs,
                                    const std::vector<at::Tensor>& inputs,
                                    const std::vector<at::Tensor>& seeds, int64_t count,
                                    GradOptions options) {
  const auto grad = HasOwnOperators(outputs) ? &GradOneByOne : &GradTogether;
  return grad(outputs, inputs, seeds, count, options);
}

void BackwardOnce(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& seeds,
                  const std::vector<at::Tensor>& inputs, GradOptions options) {
  std::optional<WithoutLevels> none;
  if (HasOwnOperators(outputs)) none.emplace();
  torch::autograd::backward(outputs, seeds, options.retain_graph, options.create_graph, inputs);
}

}  // namespace metatorch
