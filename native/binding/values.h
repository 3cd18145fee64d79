// Single values between JavaScript and C++: numbers, strings, booleans, scalars and handles.
#pragma once

#include <c10/core/Scalar.h>

#include <limits>
#include <optional>
#include <string>

#include "binding/environment.h"

namespace metatorch {

// «Expected X», to which the caller adds for which argument.
[[noreturn]] void Mismatch(const std::string& expected);

std::string ToString(const Call& call, napi_value value);
bool ToBool(const Call& call, napi_value value);
double ToDouble(const Call& call, napi_value value);
int64_t ToInt(const Call& call, napi_value value);
c10::Scalar ToScalar(const Call& call, napi_value value);
uint32_t LengthOf(const Call& call, napi_value value);
napi_value ElementAt(const Call& call, napi_value value, uint32_t index);
bool IsNullish(const Call& call, napi_value value);

// An index into a table, -1 for what has been disposed of; nothing if the value is no number. Here,
// as every operand of every call passes through it: out of line it takes three times as long.
inline std::optional<int32_t> MaybeHandle(const Call& call, napi_value value) {
  double number = 0;
  if (napi_get_value_double(call.env, value, &number) != napi_ok) return std::nullopt;
  // Node-API's own conversion makes 0 of NaN, and n of n + 0.5 and of n + 2^32.
  const bool in_range =
      number >= DisposedError::kDonated && number <= std::numeric_limits<int32_t>::max();
  const int32_t handle = in_range ? static_cast<int32_t>(number) : -1;
  if (handle != number) [[unlikely]]
    Mismatch("a handle");
  return handle;
}

inline int32_t ToHandle(const Call& call, napi_value value) {
  const auto handle = MaybeHandle(call, value);
  if (!handle) [[unlikely]]
    Mismatch("a tensor");
  return *handle;
}

napi_value FromNumber(const Call& call, double value);
napi_value FromInt(const Call& call, int64_t value);
napi_value FromBool(const Call& call, bool value);
napi_value FromString(const Call& call, const std::string& value);
napi_value FromScalar(Call& call, const c10::Scalar& value);

}  // namespace metatorch
