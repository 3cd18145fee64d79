// Memory that came from elsewhere, and tensors on it.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "binding/environment.h"

namespace metatorch {

struct Bytes {
  void* data;
  size_t length;
  // The ArrayBuffer or SharedArrayBuffer around them.
  napi_value buffer;
};

// A Uint8Array.
Bytes BytesArgument(const Call& call, size_t index);

// The bytes of dense elements of that shape; throws if a size is negative, or they do not fit.
size_t SizeOf(c10::ScalarType dtype, const std::vector<int64_t>& shape);

// Throws unless dense elements of that shape take so many bytes.
void RequireSize(size_t bytes, c10::ScalarType dtype, const std::vector<int64_t>& shape);

// A dense CPU tensor on that memory, whose size has been checked and cannot change.
at::Tensor TensorOn(c10::DataPtr memory, size_t bytes, c10::ScalarType dtype,
                    const std::vector<int64_t>& shape);

}  // namespace metatorch
