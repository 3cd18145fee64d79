#include "binding/kept_shapes.h"

#include <ATen/core/Tensor.h>

namespace metatorch {

KeptShapes::KeptShapes(const Operator& op, const torch::jit::Stack& arguments) {
  for (size_t i = 0; i < op.parameters.size() && i < arguments.size(); ++i) {
    if (!op.parameters[i].written) continue;
    if (arguments[i].isTensor()) Keep(arguments[i].toTensor());
    if (!arguments[i].isTensorList()) continue;
    for (const at::Tensor& tensor : arguments[i].toTensorVector()) Keep(tensor);
  }
}

void KeptShapes::Keep(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage() || tensor.layout() != c10::Layout::Strided) return;
  kept_.push_back({tensor, tensor.sizes().vec(), tensor.strides().vec(), tensor.storage_offset()});
}

void KeptShapes::Restore() noexcept {
  for (const Kept& kept : kept_) {
    if (kept.tensor.sizes() == kept.sizes && kept.tensor.strides() == kept.strides) continue;
    kept.tensor.unsafeGetTensorImpl()->set_sizes_and_strides(kept.sizes, kept.strides, kept.offset);
  }
}

}  // namespace metatorch
