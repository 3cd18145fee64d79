#include "convert.h"

#include <cmath>
#include <unordered_map>
#include <utility>

namespace metatorch {
namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;

const std::vector<std::pair<const char*, c10::ScalarType>>& Dtypes() {
  using T = c10::ScalarType;
  static const std::vector<std::pair<const char*, T>> dtypes = {
      {"float32", T::Float},
      {"float64", T::Double},
      {"float16", T::Half},
      {"bfloat16", T::BFloat16},
      {"int64", T::Long},
      {"int32", T::Int},
      {"int16", T::Short},
      {"int8", T::Char},
      {"uint8", T::Byte},
      {"uint16", T::UInt16},
      {"uint32", T::UInt32},
      {"uint64", T::UInt64},
      {"bool", T::Bool},
      {"complex64", T::ComplexFloat},
      {"complex128", T::ComplexDouble},
      {"complex32", T::ComplexHalf},
      {"float8_e4m3fn", T::Float8_e4m3fn},
      {"float8_e5m2", T::Float8_e5m2},
      {"qint8", T::QInt8},
      {"quint8", T::QUInt8},
      {"qint32", T::QInt32},
  };
  return dtypes;
}

[[noreturn]] void Mismatch(const std::string& expected) {
  throw ArgumentError("Expected " + expected);
}

std::optional<double> MaybeNumber(napi_env env, napi_value value) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) return std::nullopt;
  return number;
}

std::string ToString(const Call& call, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(call.env, value, nullptr, 0, &length) != napi_ok) {
    Mismatch("a string");
  }
  std::string text(length, '\0');
  Check(napi_get_value_string_utf8(call.env, value, text.data(), length + 1, &length));
  return text;
}

bool ToBool(const Call& call, napi_value value) {
  bool flag = false;
  if (napi_get_value_bool(call.env, value, &flag) != napi_ok) Mismatch("a boolean");
  return flag;
}

double ToDouble(const Call& call, napi_value value) {
  const auto number = MaybeNumber(call.env, value);
  if (!number) Mismatch("a number");
  return *number;
}

int64_t BigIntToInt(const Call& call, napi_value value) {
  int64_t integer = 0;
  bool lossless = false;
  if (napi_get_value_bigint_int64(call.env, value, &integer, &lossless) != napi_ok) {
    Mismatch("an integer");
  }
  if (!lossless) Mismatch("an integer that fits 64 bits");
  return integer;
}

int64_t ToInt(const Call& call, napi_value value) {
  const auto number = MaybeNumber(call.env, value);
  if (!number) return BigIntToInt(call, value);
  if (std::trunc(*number) != *number || std::abs(*number) > kMaxSafeInteger) {
    Mismatch("a safe integer");
  }
  return static_cast<int64_t>(*number);
}

// {re, im}
c10::Scalar ToComplex(const Call& call, napi_value value) {
  napi_value part = nullptr;
  bool has = false;
  if (napi_has_named_property(call.env, value, "im", &has) != napi_ok || !has) {
    Mismatch("a number, bigint, boolean or {re, im}");
  }
  Check(napi_get_named_property(call.env, value, "re", &part));
  const double re = ToDouble(call, part);
  Check(napi_get_named_property(call.env, value, "im", &part));
  return c10::Scalar(c10::complex<double>(re, ToDouble(call, part)));
}

// A number without a fraction is an integer, as its literal is in Python, so that scalars promote
// tensors the way PyTorch's do. Negative zero and numbers beyond 2^53 stay floating.
c10::Scalar ToScalar(const Call& call, napi_value value) {
  if (const auto number = MaybeNumber(call.env, value)) {
    const bool integral = std::trunc(*number) == *number && std::abs(*number) <= kMaxSafeInteger &&
                          !(*number == 0 && std::signbit(*number));
    return integral ? c10::Scalar(static_cast<int64_t>(*number)) : c10::Scalar(*number);
  }
  napi_valuetype type = napi_undefined;
  Check(napi_typeof(call.env, value, &type));
  switch (type) {
    case napi_boolean:
      return c10::Scalar(ToBool(call, value));
    case napi_bigint:
      return c10::Scalar(BigIntToInt(call, value));
    case napi_object:
      return ToComplex(call, value);
    default:
      Mismatch("a number, bigint, boolean or {re, im}");
  }
}

int32_t ToHandle(const Call& call, napi_value value) {
  int32_t handle = -1;
  if (napi_get_value_int32(call.env, value, &handle) != napi_ok) Mismatch("a tensor");
  return handle;
}

uint32_t LengthOf(const Call& call, napi_value value) {
  uint32_t length = 0;
  if (napi_get_array_length(call.env, value, &length) != napi_ok) Mismatch("an array");
  return length;
}

napi_value ElementAt(const Call& call, napi_value value, uint32_t index) {
  napi_value element = nullptr;
  Check(napi_get_element(call.env, value, index, &element));
  return element;
}

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

c10::IValue ToListValue(const Call& call, napi_value value, const Parameter& parameter) {
  switch (parameter.kind) {
    case Kind::kTensorList:
      return ToList<at::Tensor>(call, value, parameter, [&](napi_value element) {
        return call.self.tensors.At(ToHandle(call, element));
      });
    case Kind::kOptionalTensorList:
      return ToList<std::optional<at::Tensor>>(
          call, value, parameter, [&](napi_value element) -> std::optional<at::Tensor> {
            if (IsNullish(call, element)) return std::nullopt;
            return call.self.tensors.At(ToHandle(call, element));
          });
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
      return ToList<c10::Scalar>(call, value, parameter,
                                 [&](napi_value element) { return ToScalar(call, element); });
  }
}

int64_t ParseLayout(const std::string& name) {
  if (name == "strided") return static_cast<int64_t>(c10::Layout::Strided);
  if (name == "sparse_coo") return static_cast<int64_t>(c10::Layout::Sparse);
  if (name == "sparse_csr") return static_cast<int64_t>(c10::Layout::SparseCsr);
  if (name == "sparse_csc") return static_cast<int64_t>(c10::Layout::SparseCsc);
  if (name == "sparse_bsr") return static_cast<int64_t>(c10::Layout::SparseBsr);
  if (name == "sparse_bsc") return static_cast<int64_t>(c10::Layout::SparseBsc);
  Mismatch("a layout such as 'strided' or 'sparse_coo', not '" + name + "'");
}

int64_t ParseMemoryFormat(const std::string& name) {
  if (name == "contiguous_format") return static_cast<int64_t>(c10::MemoryFormat::Contiguous);
  if (name == "preserve_format") return static_cast<int64_t>(c10::MemoryFormat::Preserve);
  if (name == "channels_last") return static_cast<int64_t>(c10::MemoryFormat::ChannelsLast);
  if (name == "channels_last_3d") return static_cast<int64_t>(c10::MemoryFormat::ChannelsLast3d);
  Mismatch("a memory format such as 'contiguous_format', not '" + name + "'");
}

napi_value FromList(Call& call, c10::ArrayRef<c10::IValue> elements) {
  napi_value array = nullptr;
  Check(napi_create_array_with_length(call.env, elements.size(), &array));
  for (size_t i = 0; i < elements.size(); ++i) {
    Check(napi_set_element(call.env, array, static_cast<uint32_t>(i),
                           FromIValue(call, c10::IValue(elements[i]))));
  }
  return array;
}

}  // namespace

bool IsNullish(const Call& call, napi_value value) {
  napi_valuetype type = napi_undefined;
  Check(napi_typeof(call.env, value, &type));
  return type == napi_undefined || type == napi_null;
}

c10::IValue ToIValue(const Call& call, napi_value value, const Parameter& parameter) {
  // The commonest argument first, without asking for its type.
  if (parameter.kind == Kind::kTensor) {
    int32_t handle = -1;
    if (napi_get_value_int32(call.env, value, &handle) == napi_ok) {
      return call.self.tensors.At(handle);
    }
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
  call.self.ReportMemory(call.env);
  if (napi_create_int32(call.env, handle, &result) != napi_ok) {
    call.self.tensors.Release(handle);
    throw PendingException();
  }
  return result;
}

napi_value FromTensors(Call& call, std::vector<at::Tensor> tensors) {
  napi_value array = nullptr;
  Check(napi_create_array_with_length(call.env, tensors.size(), &array));
  for (size_t i = 0; i < tensors.size(); ++i) {
    Check(napi_set_element(call.env, array, static_cast<uint32_t>(i),
                           FromTensor(call, std::move(tensors[i]))));
  }
  return array;
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

c10::ScalarType ParseDtype(const std::string& name) {
  for (const auto& [known, dtype] : Dtypes()) {
    if (name == known) return dtype;
  }
  Mismatch("a dtype such as 'float32' or 'int64', not '" + name + "'");
}

std::string DtypeName(c10::ScalarType dtype) {
  for (const auto& [name, known] : Dtypes()) {
    if (dtype == known) return name;
  }
  return c10::toString(dtype);
}

c10::Device ParseDevice(const std::string& name) {
  try {
    return c10::Device(name);
  } catch (const c10::Error&) {
    Mismatch("a device such as 'cpu' or 'cuda:0', not '" + name + "'");
  }
}

napi_value FromNumber(const Call& call, double value) {
  napi_value result = nullptr;
  Check(napi_create_double(call.env, value, &result));
  return result;
}

napi_value FromInt(const Call& call, int64_t value) {
  napi_value result = nullptr;
  if (std::abs(static_cast<double>(value)) <= kMaxSafeInteger) {
    Check(napi_create_int64(call.env, value, &result));
  } else {
    Check(napi_create_bigint_int64(call.env, value, &result));
  }
  return result;
}

napi_value FromBool(const Call& call, bool value) {
  napi_value result = nullptr;
  Check(napi_get_boolean(call.env, value, &result));
  return result;
}

napi_value FromString(const Call& call, const std::string& value) {
  napi_value result = nullptr;
  Check(napi_create_string_utf8(call.env, value.data(), value.size(), &result));
  return result;
}

napi_value FromScalar(Call& call, const c10::Scalar& value) {
  if (value.isBoolean()) return FromBool(call, value.toBool());
  if (value.isIntegral(false)) return FromInt(call, value.toLong());
  if (!value.isComplex()) return FromNumber(call, value.toDouble());
  const c10::complex<double> number = value.toComplexDouble();
  napi_value result = nullptr;
  Check(napi_create_object(call.env, &result));
  Check(napi_set_named_property(call.env, result, "re", FromNumber(call, number.real())));
  Check(napi_set_named_property(call.env, result, "im", FromNumber(call, number.imag())));
  return result;
}

}  // namespace metatorch
