#include "autograd/batched_grad.h"

#include <ATen/ATen.h>
#include <ATen/functorch/BatchedTensorImpl.h>

#include <map>
#include <set>

#include "autograd/batching.h"
#include "autograd/grad_passes.h"

namespace metatorch {
namespace {

namespace functorch = at::functorch;

std::vector<Unbatched> UnbatchAll(const std::vector<at::Tensor>& tensors) {
  std::vector<Unbatched> all;
  all.reserve(tensors.size());
  for (const at::Tensor& tensor : tensors) all.push_back(Unbatch(tensor));
  return all;
}

void CollectLevels(const std::vector<Unbatched>& tensors, std::set<int64_t>& levels) {
  for (const Unbatched& tensor : tensors) {
    for (const int64_t label : tensor.labels) {
      if (label < 0) levels.insert(label);
    }
  }
}

at::Tensor SeedOrOnes(const at::Tensor& output, const std::vector<at::Tensor>& seeds, size_t i) {
  if (i < seeds.size() && seeds[i].defined()) {
    TORCH_CHECK(seeds[i].sizes() == output.sizes(), "Expected a gradient of shape ", output.sizes(),
                " for output ", i, " but received shape ", seeds[i].sizes());
    return seeds[i];
  }
  TORCH_CHECK(output.numel() == 1 && !output.is_complex(),
              "grad can be implicitly created only for real scalar outputs");
  return at::ones(output.sizes(), output.options());
}

// Drops the levels of a seed that neither its output nor the wanted gradients have: what does not
// depend on a level has no share in a gradient that does.
void DropForeign(Unbatched& seed, const Unbatched& output, const Labels& extra) {
  for (size_t dim = seed.labels.size(); dim-- > 0;) {
    const int64_t label = seed.labels[dim];
    if (label >= 0 || Holds(extra, label) || Holds(output.labels, label)) continue;
    seed.plain = seed.plain.select(static_cast<int64_t>(dim), 0);
    seed.labels.erase(seed.labels.begin() + static_cast<int64_t>(dim));
  }
}

// A seed for the plain output with the extra levels in front. Where a level is both in front and of
// the output, only the output's sample at the index in front has weight.
at::Tensor Spread(Unbatched seed, const Unbatched& output, const Labels& extra) {
  DropForeign(seed, output, extra);
  Labels target = extra;
  target.insert(target.end(), output.labels.begin(), output.labels.end());
  const size_t front = extra.size();
  std::vector<int64_t> order;
  std::vector<int64_t> missing;
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < target.size(); ++i) {
    const bool own = i >= front || !Holds(output.labels, target[i]);
    sizes.push_back(i < front ? BatchSize(-target[i])
                              : output.plain.size(static_cast<int64_t>(i - front)));
    if (own && Holds(seed.labels, target[i])) {
      order.push_back(Position(seed.labels, target[i]));
    } else {
      missing.push_back(static_cast<int64_t>(i));
    }
  }
  at::Tensor spread = seed.plain.permute(order);
  for (const int64_t dim : missing) spread = spread.unsqueeze(dim);
  spread = spread.expand(sizes);
  for (size_t i = 0; i < front; ++i) {
    if (!Holds(output.labels, extra[i])) continue;
    const size_t at = front + static_cast<size_t>(Position(output.labels, extra[i]));
    std::vector<int64_t> shape(target.size(), 1);
    shape[i] = shape[at] = sizes[i];
    spread = spread * at::eye(sizes[i], spread.options()).view(shape);
  }
  return spread;
}

std::vector<at::Tensor> Plain(const std::vector<Unbatched>& tensors) {
  std::vector<at::Tensor> plain;
  plain.reserve(tensors.size());
  for (const Unbatched& tensor : tensors) plain.push_back(tensor.plain);
  return plain;
}

// The gradients of inputs that all lack the same levels.
std::vector<at::Tensor> GradOfGroup(const std::vector<Unbatched>& outputs,
                                    const std::vector<Unbatched>& inputs,
                                    const std::vector<Unbatched>& seeds, const Labels& extra,
                                    GradOptions options) {
  std::vector<at::Tensor> spread;
  for (size_t i = 0; i < outputs.size(); ++i) spread.push_back(Spread(seeds[i], outputs[i], extra));
  std::vector<at::Tensor> gradients;
  std::vector<int64_t> front;
  if (extra.empty()) {
    gradients = GradOnce(Plain(outputs), Plain(inputs), spread, options);
  } else {
    int64_t count = 1;
    for (const int64_t label : extra) {
      front.push_back(BatchSize(-label));
      count *= front.back();
    }
    for (at::Tensor& seed : spread) seed = seed.flatten(0, static_cast<int64_t>(front.size()) - 1);
    gradients = GradForEach(Plain(outputs), Plain(inputs), spread, count, options);
  }
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) continue;
    std::vector<int64_t> sizes = front;
    const auto own = inputs[i].plain.sizes();
    sizes.insert(sizes.end(), own.begin(), own.end());
    Labels labels = extra;
    labels.insert(labels.end(), inputs[i].labels.begin(), inputs[i].labels.end());
    if (!extra.empty()) gradients[i] = gradients[i].reshape(sizes);
    gradients[i] = Batch(std::move(gradients[i]), std::move(labels));
  }
  return gradients;
}

std::vector<Unbatched> SeedsFor(const std::vector<at::Tensor>& outputs,
                                const std::vector<at::Tensor>& seeds) {
  std::vector<Unbatched> all;
  for (size_t i = 0; i < outputs.size(); ++i) {
    all.push_back(Unbatch(SeedOrOnes(outputs[i], seeds, i)));
  }
  return all;
}

}  // namespace

std::vector<at::Tensor> BatchedGrad(const std::vector<at::Tensor>& outputs,
                                    const std::vector<at::Tensor>& inputs,
                                    const std::vector<at::Tensor>& seeds, GradOptions options) {
  const std::vector<Unbatched> from = UnbatchAll(outputs);
  const std::vector<Unbatched> wanted = UnbatchAll(inputs);
  const std::vector<Unbatched> weights = SeedsFor(outputs, seeds);
  std::set<int64_t> levels;
  CollectLevels(from, levels);
  CollectLevels(weights, levels);
  std::map<Labels, std::vector<size_t>> groups;
  for (size_t i = 0; i < wanted.size(); ++i) {
    Labels extra;
    for (const int64_t level : levels) {
      if (!Holds(wanted[i].labels, level)) extra.push_back(level);
    }
    groups[extra].push_back(i);
  }
  std::vector<at::Tensor> result(wanted.size());
  size_t left = groups.size();
  for (const auto& [extra, indices] : groups) {
    std::vector<Unbatched> members;
    for (const size_t i : indices) members.push_back(wanted[i]);
    GradOptions own = options;
    own.retain_graph = options.retain_graph || --left > 0;
    std::vector<at::Tensor> gradients = GradOfGroup(from, members, weights, extra, own);
    for (size_t k = 0; k < indices.size(); ++k) result[indices[k]] = std::move(gradients[k]);
  }
  return result;
}

void BatchedBackward(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& seeds,
                     const std::vector<at::Tensor>& inputs, GradOptions options) {
  const std::vector<Unbatched> from = UnbatchAll(outputs);
  std::vector<Unbatched> weights = SeedsFor(outputs, seeds);
  std::vector<at::Tensor> spread;
  for (size_t i = 0; i < from.size(); ++i) spread.push_back(Spread(weights[i], from[i], {}));
  BackwardOnce(Plain(from), spread, Plain(UnbatchAll(inputs)), options);
}

}  // namespace metatorch
