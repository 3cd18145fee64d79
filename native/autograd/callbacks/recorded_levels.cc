#include "autograd/callbacks/recorded_levels.h"

#include <ATen/ATen.h>
#include <ATen/functorch/BatchedTensorImpl.h>

#include <numeric>

namespace metatorch {

namespace functorch = at::functorch;

RecordedLevels::RecordedLevels() {
  for (const functorch::DynamicLayer& layer : functorch::getDynamicLayerStack()) {
    levels_.emplace_back(layer.batchSize().guard_int(__FILE__, __LINE__), layer.randomness());
  }
}

RecordedLevels::Again::Again(const RecordedLevels& levels) : levels_(levels), base_(VmapDepth()) {
  for (const auto& [size, randomness] : levels_.levels_) {
    functorch::initAndPushDynamicLayer(functorch::TransformType::Vmap, c10::SymInt(size),
                                       randomness);
  }
}

RecordedLevels::Again::~Again() {
  for (size_t i = 0; i < levels_.levels_.size(); ++i) functorch::popDynamicLayerAndDeleteMetadata();
}

at::Tensor RecordedLevels::Again::Wrap(at::Tensor plain, const Labels& labels) const {
  if (!plain.defined() || levels_.levels_.empty()) return plain;
  Labels own = labels;
  for (int64_t& label : own) {
    if (label < 0) label -= base_;
  }
  return Batch(std::move(plain), std::move(own));
}

at::Tensor RecordedLevels::Again::Unwrap(const at::Tensor& tensor, const Labels& labels) const {
  if (!tensor.defined() || levels_.levels_.empty()) return tensor;
  Unbatched peeled = Peel(tensor);
  for (size_t dim = peeled.labels.size(); dim-- > 0;) {
    if (peeled.labels[dim] >= 0 || Holds(labels, peeled.labels[dim])) continue;
    peeled.plain = peeled.plain.sum(static_cast<int64_t>(dim));
    peeled.labels.erase(peeled.labels.begin() + static_cast<int64_t>(dim));
  }
  for (const int64_t label : labels) {
    if (label >= 0 || Holds(peeled.labels, label)) continue;
    std::vector<int64_t> sizes = peeled.plain.sizes().vec();
    sizes.insert(sizes.begin(), levels_.levels_[static_cast<size_t>(-label - 1)].first);
    peeled.plain = peeled.plain.unsqueeze(0).expand(sizes);
    peeled.labels.insert(peeled.labels.begin(), label);
  }
  if (peeled.labels == labels) return std::move(peeled.plain);
  std::vector<int64_t> order;
  for (const int64_t label : labels) order.push_back(Position(peeled.labels, label));
  return peeled.plain.permute(order);
}

// Without the levels of this call; those around it stay.
Unbatched RecordedLevels::Again::Peel(const at::Tensor& tensor) const {
  Labels labels(static_cast<size_t>(tensor.dim()));
  std::iota(labels.begin(), labels.end(), 0);
  at::Tensor plain = tensor;
  for (const auto* batched = functorch::maybeGetBatchedImpl(plain);
       batched != nullptr && batched->level() > base_;
       batched = functorch::maybeGetBatchedImpl(plain)) {
    labels.insert(labels.begin() + batched->bdim(), -(batched->level() - base_));
    plain = at::Tensor(batched->value());
  }
  return {std::move(plain), std::move(labels)};
}

}  // namespace metatorch
