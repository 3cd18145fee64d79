#include "binding/convert.h"

#include <utility>

namespace metatorch {
namespace {

template <typename T, typename Convert>
c10::List<T> ToList(const Call& call, napi_value value, const Parameter& parameter,
                    Convert convert) {
  c10::List<T> list;
  bool is_array = false;
  Check(napi_is_array(call.env, value, &is_array));
  if (!is_array) {
    if (parameter.length == 0) Mismatch("an array");
    const T element = convert(value);
    for (int32_t i = 0; i < parameter.length; ++i) list.push_back(element);
    return list;
  }
  const uint32_t length = LengthOf(call, value);
  list.reserve(length);
  for (uint32_t i = 0; i < length; ++i) list.push_back(convert(ElementAt(call, value, i)));
  return list;
}

// A list whose elements may be missing.
template <typename T, typename Convert>
c10::List<std::optional<T>> ToOptionalList(const Call& call, napi_value value,
                                           const Parameter& parameter, Convert convert) {
  return ToList<std::optional<T>>(call, value, parameter,
                                  [&](napi_value element) -> std::optional<T> {
                                    if (IsNullish(call, element)) return std::nullopt;
                                    return convert(element);
                                  });
}

c10::IValue ToListValue(const Call& call, napi_value value, const Parameter& parameter) {
  const auto to_tensor = [&](napi_value element) {
    return call.self.tensors.At(ToHandle(call, element));
  };
  const auto to_scalar = [&](napi_value element) { return ToScalar(call, element); };
  switch (parameter.kind) {
    case Kind::kTensorList:
      return ToList<at::Tensor>(call, value, parameter, to_tensor);
    case Kind::kOptionalTensorList:
      return ToOptionalList<at::Tensor>(call, value, parameter, to_tensor);
    case Kind::kOptionalScalarList:
      return ToOptionalList<c10::Scalar>(call, value, parameter, to_scalar);
    case Kind::kIntList:
      return ToList<int64_t>(call, value, parameter,
                             [&](napi_value element) { return ToInt(call, element); });
    case Kind::kFloatList:
      return ToList<double>(call, value, parameter,
                            [&](napi_value element) { return ToDouble(call, element); });
    case Kind::kBoolList:
      return ToList<bool>(call, value, parameter,
                          [&](napi_value element) { return ToBool(call, element); });
    default:
      return ToList<c10::Scalar>(call, value, parameter, to_scalar);
  }
}

napi_value FromList(Call& call, c10::ArrayRef<c10::IValue> elements) {
  return ResultInParts(call).MakeArray(
      elements.size(), [&](size_t i) { return FromIValue(call, c10::IValue(elements[i])); });
}

}  // namespace

c10::IValue ToIValue(const Call& call, napi_value value, const Parameter& parameter) {
  // The commonest argument first, without asking for its type.
  if (parameter.kind == Kind::kTensor) {
    if (const auto handle = MaybeHandle(call, value)) return call.self.tensors.At(*handle);
  }
  if (IsNullish(call, value)) {
    if (parameter.has_default) return parameter.default_value;
    if (parameter.optional) return c10::IValue();
    Mismatch(parameter.type);
  }
  switch (parameter.kind) {
    case Kind::kTensor:
      Mismatch("a tensor");
    case Kind::kInt:
      return ToInt(call, value);
    case Kind::kFloat:
      return ToDouble(call, value);
    case Kind::kBool:
      return ToBool(call, value);
    case Kind::kScalar:
      return ToScalar(call, value);
    case Kind::kString:
      return ToString(call, value);
    case Kind::kDtype:
      return static_cast<int64_t>(ParseDtype(ToString(call, value)));
    case Kind::kLayout:
      return ParseLayout(ToString(call, value));
    case Kind::kMemoryFormat:
      return ParseMemoryFormat(ToString(call, value));
    case Kind::kDevice:
      return ParseDevice(ToString(call, value));
    case Kind::kGenerator:
      return call.self.generators.At(ToHandle(call, value));
    case Kind::kUnsupported:
      throw ArgumentError("Arguments of type " + parameter.type + " are not supported");
    default:
      return ToListValue(call, value, parameter);
  }
}

napi_value FromIValue(Call& call, c10::IValue&& value) {
  if (value.isTensor()) return FromTensor(call, std::move(value).toTensor());
  if (value.isNone()) {
    napi_value null = nullptr;
    Check(napi_get_null(call.env, &null));
    return null;
  }
  if (value.isTensorList()) return FromTensors(call, value.toTensorVector());
  if (value.isBool()) return FromBool(call, value.toBool());
  if (value.isInt()) return FromInt(call, value.toInt());
  if (value.isDouble()) return FromNumber(call, value.toDouble());
  if (value.isScalar()) return FromScalar(call, value.toScalar());
  if (value.isString()) return FromString(call, value.toStringRef());
  if (value.isTuple()) return FromList(call, value.toTupleRef().elements());
  if (value.isList()) return FromList(call, value.toListRef());
  if (value.isDevice()) return FromString(call, value.toDevice().str());
  throw ArgumentError("Results of type " + value.tagKind() + " are not supported");
}

napi_value FromTensor(Call& call, at::Tensor tensor) {
  napi_value result = nullptr;
  if (!tensor.defined()) {
    Check(napi_get_null(call.env, &result));
    return result;
  }
  const int32_t handle = call.self.tensors.Insert(std::move(tensor));
  if (napi_create_int32(call.env, handle, &result) != napi_ok) {
    call.self.tensors.Release(handle);
    throw PendingException();
  }
  if (call.unfinished != nullptr) call.unfinished->push_back(handle);
  return result;
}

napi_value FromTensors(Call& call, std::vector<at::Tensor> tensors) {
  return ResultInParts(call).MakeArray(
      tensors.size(), [&](size_t i) { return FromTensor(call, std::move(tensors[i])); });
}

ResultInParts::~ResultInParts() {
  if (outer_ != nullptr) return;
  call_.unfinished = nullptr;
  if (finished_) return;
  for (const int32_t handle : handles_) call_.self.tensors.Release(handle);
}

at::Tensor& TensorArgument(const Call& call, size_t index) {
  return call.self.tensors.At(HandleArgument(call, index));
}

std::vector<at::Tensor> TensorsArgument(const Call& call, size_t index) {
  std::vector<at::Tensor> tensors;
  const uint32_t length = LengthOf(call, call.argv[index]);
  tensors.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = ElementAt(call, call.argv[index], i);
    tensors.push_back(IsNullish(call, element) ? at::Tensor()
                                               : call.self.tensors.At(ToHandle(call, element)));
  }
  return tensors;
}

int32_t HandleArgument(const Call& call, size_t index) { return ToHandle(call, call.argv[index]); }
bool BoolArgument(const Call& call, size_t index) { return ToBool(call, call.argv[index]); }
int64_t IntArgument(const Call& call, size_t index) { return ToInt(call, call.argv[index]); }

std::string StringArgument(const Call& call, size_t index) {
  return ToString(call, call.argv[index]);
}

std::vector<int64_t> IntsArgument(const Call& call, size_t index) {
  std::vector<int64_t> values;
  const uint32_t length = LengthOf(call, call.argv[index]);
  for (uint32_t i = 0; i < length; ++i) {
    values.push_back(ToInt(call, ElementAt(call, call.argv[index], i)));
  }
  return values;
}

}  // namespace metatorch
