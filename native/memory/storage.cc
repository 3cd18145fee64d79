#include "memory/storage.h"

#include <ATen/ops/aminmax.h>
#include <ATen/ops/empty.h>

#include <cstring>
#include <utility>
#include <vector>

#include "autograd/batching.h"
#include "binding/convert.h"
#include "memory/bytes.h"

namespace metatorch {
namespace {

// fromBytes(data, dtype, shape): a CPU tensor with a copy of the bytes.
napi_value FromBytes(Call& call) {
  call.operator_name = "tensor";
  const c10::ScalarType dtype = ParseDtype(StringArgument(call, 1));
  // Reading an array may run JavaScript, which may take the memory of the bytes away: they come
  // last.
  const std::vector<int64_t> shape = IntsArgument(call, 2);
  const Bytes bytes = BytesArgument(call, 0);
  at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(dtype));
  if (tensor.nbytes() != bytes.length) {
    throw ArgumentError("Expected " + std::to_string(tensor.nbytes()) +
                        " bytes for data of this shape and dtype but received " +
                        std::to_string(bytes.length));
  }
  if (bytes.length > 0) std::memcpy(tensor.mutable_data_ptr(), bytes.data, bytes.length);
  return FromTensor(call, std::move(tensor));
}

// toBytes(tensor, target): writes the elements in row-major order.
napi_value ToBytes(Call& call) {
  call.operator_name = "data";
  if (IsBatched(TensorArgument(call, 0))) throw VmapError();
  const at::Tensor tensor = TensorArgument(call, 0).detach().cpu().resolve_conj().resolve_neg();
  const at::Tensor dense = tensor.contiguous();
  const Bytes bytes = BytesArgument(call, 1);
  if (dense.nbytes() != bytes.length) {
    throw ArgumentError("Expected a target of " + std::to_string(dense.nbytes()) +
                        " bytes but received " + std::to_string(bytes.length));
  }
  if (bytes.length == 0) return nullptr;
  // Autograd's zero tensors have a shape but no memory.
  if (dense._is_zerotensor()) {
    std::memset(bytes.data, 0, bytes.length);
  } else {
    std::memcpy(bytes.data, dense.const_data_ptr(), bytes.length);
  }
  return nullptr;
}

napi_value Item(Call& call) {
  call.operator_name = "item";
  if (IsBatched(TensorArgument(call, 0))) throw VmapError();
  return FromScalar(call, TensorArgument(call, 0).item());
}

// allWithin(integers, least, greatest): whether every element of an int64 tensor is in that range.
napi_value AllWithin(Call& call) {
  call.operator_name = "aminmax";
  const at::Tensor& integers = TensorArgument(call, 0);
  if (IsBatched(integers)) throw VmapError();
  const auto [least, greatest] = at::aminmax(integers);
  return FromBool(call, least.item<int64_t>() >= IntArgument(call, 1) &&
                            greatest.item<int64_t>() <= IntArgument(call, 2));
}

napi_value ShapeOf(Call& call) {
  const at::Tensor& tensor = TensorArgument(call, 0);
  const c10::IntArrayRef sizes = tensor.sizes();
  napi_value array = nullptr;
  Check(napi_create_array_with_length(call.env, sizes.size(), &array));
  for (size_t i = 0; i < sizes.size(); ++i) {
    Check(napi_set_element(call.env, array, static_cast<uint32_t>(i), FromInt(call, sizes[i])));
  }
  return array;
}

napi_value StrideOf(Call& call) {
  const c10::IntArrayRef strides = TensorArgument(call, 0).strides();
  napi_value array = nullptr;
  Check(napi_create_array_with_length(call.env, strides.size(), &array));
  for (size_t i = 0; i < strides.size(); ++i) {
    Check(napi_set_element(call.env, array, static_cast<uint32_t>(i), FromInt(call, strides[i])));
  }
  return array;
}

napi_value DtypeOf(Call& call) {
  return FromString(call, DtypeName(TensorArgument(call, 0).scalar_type()));
}

napi_value DeviceOf(Call& call) { return FromString(call, TensorArgument(call, 0).device().str()); }
napi_value LayoutOf(Call& call) {
  switch (TensorArgument(call, 0).layout()) {
    case c10::Layout::Strided:
      return FromString(call, "strided");
    case c10::Layout::Sparse:
      return FromString(call, "sparse_coo");
    case c10::Layout::SparseCsr:
      return FromString(call, "sparse_csr");
    case c10::Layout::SparseCsc:
      return FromString(call, "sparse_csc");
    case c10::Layout::SparseBsr:
      return FromString(call, "sparse_bsr");
    case c10::Layout::SparseBsc:
      return FromString(call, "sparse_bsc");
    default:
      return FromString(call, "other");
  }
}
napi_value NdimOf(Call& call) { return FromInt(call, TensorArgument(call, 0).dim()); }
napi_value NumelOf(Call& call) { return FromInt(call, TensorArgument(call, 0).numel()); }

napi_value Release(Call& call) {
  call.self.tensors.Release(HandleArgument(call, 0));
  call.self.ReportMemory(call.env);
  return nullptr;
}

// leaveToCollector(handle, released): the tensor belongs to no scope. See TensorTable.
napi_value LeaveToCollector(Call& call) {
  const int64_t left =
      call.self.tensors.LeaveToCollector(HandleArgument(call, 0), IntArgument(call, 1));
  call.self.ReportMemory(call.env);
  return FromNumber(call, static_cast<double>(left));
}

std::pair<int32_t*, size_t> HandlesArgument(Call& call, size_t index) {
  napi_typedarray_type type;
  size_t length = 0;
  size_t offset = 0;
  void* data = nullptr;
  napi_value buffer = nullptr;
  if (napi_get_typedarray_info(call.env, call.argv[index], &type, &length, &data, &buffer,
                               &offset) != napi_ok ||
      type != napi_int32_array) {
    throw ArgumentError("Expected an Int32Array for handles");
  }
  return {static_cast<int32_t*>(data), length};
}

// releaseAll(handles, count): the first count handles of an Int32Array. Returns the bytes made for
// them that live on.
napi_value ReleaseAll(Call& call) {
  const auto [handles, length] = HandlesArgument(call, 0);
  const size_t count = std::min(length, static_cast<size_t>(IntArgument(call, 1)));
  int64_t bytes = 0;
  for (size_t i = 0; i < count; ++i) bytes += call.self.tensors.Release(handles[i]);
  call.self.ReportMemory(call.env);
  return FromNumber(call, static_cast<double>(bytes));
}

// markOverwritable(handles, wanted): puts 1 in place of each handle of an Int32Array that nothing
// outside of it shares memory with, 0 in place of others. See TensorTable::Overwritable.
napi_value MarkOverwritable(Call& call) {
  const auto [handles, length] = HandlesArgument(call, 0);
  const size_t wanted = std::min(length, static_cast<size_t>(IntArgument(call, 1)));
  const std::vector<bool> marks =
      call.self.tensors.Overwritable(std::vector<int32_t>(handles, handles + length), wanted);
  for (size_t i = 0; i < length; ++i) handles[i] = marks[i] ? 1 : 0;
  return nullptr;
}

// noteChanges(handles): what graphs have saved of these tensors, or of others on their memory, is
// out of date. Kernels that write past autograd do not say so themselves.
napi_value NoteChanges(Call& call) {
  const auto [handles, length] = HandlesArgument(call, 0);
  for (size_t i = 0; i < length; ++i) {
    call.self.tensors.At(handles[i]).unsafeGetTensorImpl()->bump_version();
  }
  return nullptr;
}

}  // namespace

void RegisterStorage(Napi::Object exports, Environment* self) {
  Register<FromBytes>(exports, "fromBytes", self);
  Register<ToBytes>(exports, "toBytes", self);
  Register<Item>(exports, "item", self);
  Register<AllWithin>(exports, "allWithin", self);
  Register<ShapeOf>(exports, "shapeOf", self);
  Register<StrideOf>(exports, "strideOf", self);
  Register<DtypeOf>(exports, "dtypeOf", self);
  Register<DeviceOf>(exports, "deviceOf", self);
  Register<LayoutOf>(exports, "layoutOf", self);
  Register<NdimOf>(exports, "ndimOf", self);
  Register<NumelOf>(exports, "numelOf", self);
  Register<Release>(exports, "release", self);
  Register<LeaveToCollector>(exports, "leaveToCollector", self);
  Register<ReleaseAll>(exports, "releaseAll", self);
  Register<MarkOverwritable>(exports, "markOverwritable", self);
  Register<NoteChanges>(exports, "noteChanges", self);
}

}  // namespace metatorch
