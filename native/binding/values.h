// Single values between JavaScript and C++: numbers, strings, booleans, scalars and handles.
#pragma once

#include <c10/core/Scalar.h>

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
// An index into a table, -1 for what has been disposed of; nothing if the value is no number.
std::optional<int32_t> MaybeHandle(const Call& call, napi_value value);
int32_t ToHandle(const Call& call, napi_value value);
uint32_t LengthOf(const Call& call, napi_value value);
napi_value ElementAt(const Call& call, napi_value value, uint32_t index);
bool IsNullish(const Call& call, napi_value value);

napi_value FromNumber(const Call& call, double value);
napi_value FromInt(const Call& call, int64_t value);
napi_value FromBool(const Call& call, bool value);
napi_value FromString(const Call& call, const std::string& value);
napi_value FromScalar(Call& call, const c10::Scalar& value);

}  // namespace metatorch
