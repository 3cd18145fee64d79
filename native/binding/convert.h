// JavaScript values to IValues and back, driven by an operator's schema. Tensors and generators
// travel as the integer handles of the environment's tables.
#pragma once

#include <ATen/core/ivalue.h>

#include <string>
#include <vector>

#include "binding/environment.h"
#include "binding/names.h"
#include "binding/values.h"

namespace metatorch {

c10::IValue ToIValue(const Call& call, napi_value value, const Parameter& parameter);
napi_value FromIValue(Call& call, c10::IValue&& value);

// A new handle for a tensor; null for an undefined one.
napi_value FromTensor(Call& call, at::Tensor tensor);
napi_value FromTensors(Call& call, std::vector<at::Tensor> tensors);

// Holds the handles of a result with several parts, such as a list of lists of tensors: when making
// a later part fails, nobody ever learns of the earlier ones, so they are released.
class ResultInParts {
 public:
  explicit ResultInParts(Call& call) : call_(call), outer_(call.unfinished) {
    if (outer_ == nullptr) call.unfinished = &handles_;
  }
  ~ResultInParts();
  ResultInParts(const ResultInParts&) = delete;
  ResultInParts& operator=(const ResultInParts&) = delete;

  // A part is made by a function that gives its value.
  template <typename Make>
  napi_value MakeArray(size_t length, Make make) {
    napi_value array = nullptr;
    Check(napi_create_array_with_length(call_.env, length, &array));
    for (size_t i = 0; i < length; ++i) {
      Check(napi_set_element(call_.env, array, static_cast<uint32_t>(i), make(i)));
    }
    finished_ = true;
    return array;
  }

 private:
  Call& call_;
  std::vector<int32_t>* const outer_;
  std::vector<int32_t> handles_;
  bool finished_ = false;
};

at::Tensor& TensorArgument(const Call& call, size_t index);
std::vector<at::Tensor> TensorsArgument(const Call& call, size_t index);
int32_t HandleArgument(const Call& call, size_t index);
bool BoolArgument(const Call& call, size_t index);
int64_t IntArgument(const Call& call, size_t index);
std::string StringArgument(const Call& call, size_t index);
std::vector<int64_t> IntsArgument(const Call& call, size_t index);

}  // namespace metatorch
