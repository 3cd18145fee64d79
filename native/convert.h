// JavaScript values to IValues and back, driven by an operator's schema. Tensors and generators
// travel as the integer handles of the environment's tables.
#pragma once

#include <ATen/core/ivalue.h>

#include <string>
#include <vector>

#include "environment.h"
#include "names.h"
#include "values.h"

namespace metatorch {

c10::IValue ToIValue(const Call& call, napi_value value, const Parameter& parameter);
napi_value FromIValue(Call& call, c10::IValue&& value);

// A new handle for a tensor; null for an undefined one.
napi_value FromTensor(Call& call, at::Tensor tensor);
napi_value FromTensors(Call& call, std::vector<at::Tensor> tensors);

at::Tensor& TensorArgument(const Call& call, size_t index);
std::vector<at::Tensor> TensorsArgument(const Call& call, size_t index);
int32_t HandleArgument(const Call& call, size_t index);
bool BoolArgument(const Call& call, size_t index);
int64_t IntArgument(const Call& call, size_t index);
std::string StringArgument(const Call& call, size_t index);
std::vector<int64_t> IntsArgument(const Call& call, size_t index);

}  // namespace metatorch
