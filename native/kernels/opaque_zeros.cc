// Zeros in oneDNN's layout. libtorch writes four bytes for each element whatever its type, which
// for narrower ones is beyond their memory.
#include <ATen/ops/zero_native.h>
#include <torch/library.h>

#include "binding/quiet_library.h"

namespace metatorch {
namespace {

at::Tensor& OpaqueZeros(at::Tensor& self) {
  TORCH_CHECK_NOT_IMPLEMENTED(self.scalar_type() == at::kFloat,
                              "Tensors in the layout of oneDNN are filled with zeros in float32 "
                              "only, but this is ",
                              self.scalar_type());
  return at::native::mkldnn_zero_(self);
}

}  // namespace

TORCH_LIBRARY_IMPL(aten, MkldnnCPU, library) {
  const QuietLibrary quiet;
  library.impl("zero_", &OpaqueZeros);
}

}  // namespace metatorch
