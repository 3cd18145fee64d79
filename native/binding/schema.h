// Operators of libtorch and what their schemas say about each argument, looked up once.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace metatorch {

enum class Kind : uint8_t {
  kTensor,
  kInt,
  kFloat,
  kBool,
  kScalar,
  kString,
  kDtype,
  kLayout,
  kMemoryFormat,
  kDevice,
  kGenerator,
  kTensorList,
  kOptionalTensorList,
  kIntList,
  kFloatList,
  kBoolList,
  kScalarList,
  kOptionalScalarList,
  kUnsupported,
};

struct Parameter {
  std::string name;
  std::string type;
  Kind kind;
  bool optional;
  bool keyword_only;
  bool out;
  bool written;
  bool has_default;
  // For a list of fixed length, which also takes a single number; 0 otherwise.
  int32_t length;
  c10::IValue default_value;
};

struct Operator {
  std::string name;
  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;
  bool returns_one_tensor;
  // Tells a fact about a tensor without looking at its elements, such as aten::dim.
  bool is_metadata;
  // May give a tensor that it is given another size.
  bool resizes = false;
};

class OperatorCache {
 public:
  // Ids of all overloads of a name such as "aten::add"; none if there is no such operator.
  std::vector<int32_t> Overloads(const std::string& name);
  Operator& At(int32_t id);
  // Every operator name in a namespace, such as "aten".
  std::vector<std::string> Names(std::string_view name_space);

 private:
  using OverloadNames = std::unordered_map<std::string, std::vector<std::string>>;
  const OverloadNames& Known();

  OverloadNames known_;
  // A deque keeps references valid while operators are added.
  std::deque<Operator> operators_;
  std::unordered_map<std::string, std::vector<int32_t>> ids_;
};

}  // namespace metatorch
