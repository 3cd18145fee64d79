#include "autograd/batching.h"

#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>

#include <algorithm>
#include <numeric>

namespace metatorch {

namespace functorch = at::functorch;

bool IsBatched(const at::Tensor& tensor) {
  return tensor.defined() && functorch::isBatchedTensor(tensor);
}

Unbatched Unbatch(const at::Tensor& tensor) {
  Labels labels(static_cast<size_t>(tensor.dim()));
  std::iota(labels.begin(), labels.end(), 0);
  at::Tensor plain = tensor;
  while (const auto* batched = functorch::maybeGetBatchedImpl(plain)) {
    labels.insert(labels.begin() + batched->bdim(), -batched->level());
    plain = at::Tensor(batched->value());
  }
  return {std::move(plain), std::move(labels)};
}

at::Tensor Batch(at::Tensor plain, Labels labels) {
  Labels hidden;
  std::copy_if(labels.begin(), labels.end(), std::back_inserter(hidden),
               [](int64_t label) { return label < 0; });
  // The outermost level is the innermost wrapper.
  std::sort(hidden.begin(), hidden.end(), std::greater<>());
  for (const int64_t label : hidden) {
    const int64_t at = Position(labels, label);
    plain = functorch::addBatchDim(std::move(plain), at, -label);
    labels.erase(labels.begin() + at);
  }
  return plain;
}

int64_t VmapDepth() { return static_cast<int64_t>(functorch::getDynamicLayerStack().size()); }

int64_t BatchSize(int64_t level) {
  const auto& layers = functorch::getDynamicLayerStack();
  TORCH_CHECK(level >= 1 && static_cast<size_t>(level) <= layers.size(),
              "vmap: a tensor was used after the vmap that made it had ended");
  return layers[static_cast<size_t>(level) - 1].batchSize().guard_int(__FILE__, __LINE__);
}

bool Holds(const Labels& labels, int64_t label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

int64_t Position(const Labels& labels, int64_t label) {
  return std::find(labels.begin(), labels.end(), label) - labels.begin();
}

}  // namespace metatorch
