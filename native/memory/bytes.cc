#include "memory/bytes.h"

#include <c10/core/Storage.h>
#include <c10/core/TensorImpl.h>
#include <c10/util/safe_numerics.h>

#include <utility>

namespace metatorch {

Bytes BytesArgument(const Call& call, size_t index) {
  napi_typedarray_type type;
  size_t offset = 0;
  Bytes bytes{nullptr, 0, nullptr};
  if (napi_get_typedarray_info(call.env, call.argv[index], &type, &bytes.length, &bytes.data,
                               &bytes.buffer, &offset) != napi_ok ||
      type != napi_uint8_array) {
    throw ArgumentError("Expected a Uint8Array for data");
  }
  return bytes;
}

size_t SizeOf(c10::ScalarType dtype, const std::vector<int64_t>& shape) {
  uint64_t wanted = c10::elementSize(dtype);
  for (const int64_t size : shape) {
    if (size < 0 || c10::mul_overflows(wanted, static_cast<uint64_t>(size), &wanted)) {
      throw ArgumentError("Expected a shape of sizes that are not negative and fit the memory");
    }
  }
  return wanted;
}

void RequireSize(size_t bytes, c10::ScalarType dtype, const std::vector<int64_t>& shape) {
  const size_t wanted = SizeOf(dtype, shape);
  if (wanted == bytes) return;
  throw ArgumentError("Expected " + std::to_string(wanted) +
                      " bytes for data of this shape and dtype but received " +
                      std::to_string(bytes));
}

at::Tensor TensorOn(c10::DataPtr memory, size_t bytes, c10::ScalarType dtype,
                    const std::vector<int64_t>& shape) {
  c10::Storage storage(c10::Storage::use_byte_size_t(), bytes, std::move(memory),
                       /*allocator=*/nullptr, /*resizable=*/false);
  at::Tensor tensor = at::detail::make_tensor<c10::TensorImpl>(
      std::move(storage), c10::DispatchKeySet(c10::DispatchKey::CPU),
      c10::scalarTypeToTypeMeta(dtype));
  tensor.unsafeGetTensorImpl()->set_sizes_contiguous(shape);
  return tensor;
}

}  // namespace metatorch
