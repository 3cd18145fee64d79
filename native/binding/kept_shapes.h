// What keeps a tensor readable when giving it another size has failed.
#pragma once

#include <ATen/core/stack.h>

#include <vector>

#include "binding/schema.h"

namespace metatorch {

// libtorch sets the sizes of a tensor before it gets the memory for them. Where there is none, or a
// storage that cannot grow, the tensor would be left larger than its memory.
class KeptShapes {
 public:
  // The tensors on the stack that the operator may resize.
  KeptShapes(const Operator& op, const torch::jit::Stack& arguments);

  void Restore() noexcept;

 private:
  struct Kept {
    at::Tensor tensor;
    std::vector<int64_t> sizes;
    std::vector<int64_t> strides;
    int64_t offset;
  };

  void Keep(const at::Tensor& tensor);

  std::vector<Kept> kept_;
};

}  // namespace metatorch
