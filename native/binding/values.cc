#include "binding/values.h"

#include <cmath>

namespace metatorch {
namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;

std::optional<double> MaybeNumber(napi_env env, napi_value value) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) return std::nullopt;
  return number;
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

}  // namespace

void Mismatch(const std::string& expected) { throw ArgumentError("Expected " + expected); }

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

int64_t ToInt(const Call& call, napi_value value) {
  const auto number = MaybeNumber(call.env, value);
  if (!number) return BigIntToInt(call, value);
  if (std::trunc(*number) != *number || std::abs(*number) > kMaxSafeInteger) {
    Mismatch("a safe integer");
  }
  return static_cast<int64_t>(*number);
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

bool IsNullish(const Call& call, napi_value value) {
  napi_valuetype type = napi_undefined;
  Check(napi_typeof(call.env, value, &type));
  return type == napi_undefined || type == napi_null;
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
