#include "binding/schema.h"

#include <algorithm>
#include <unordered_set>

#include "binding/error.h"

namespace metatorch {
namespace {

Kind OptionalElementListKind(const c10::Type& element) {
  switch (element.kind()) {
    case c10::TypeKind::TensorType:
      return Kind::kOptionalTensorList;
    case c10::TypeKind::NumberType:
      return Kind::kOptionalScalarList;
    default:
      return Kind::kUnsupported;
  }
}

Kind ElementListKind(const c10::Type& element) {
  switch (element.kind()) {
    case c10::TypeKind::TensorType:
      return Kind::kTensorList;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return Kind::kIntList;
    case c10::TypeKind::FloatType:
      return Kind::kFloatList;
    case c10::TypeKind::BoolType:
      return Kind::kBoolList;
    case c10::TypeKind::NumberType:
      return Kind::kScalarList;
    case c10::TypeKind::OptionalType:
      return OptionalElementListKind(*element.containedType(0));
    default:
      return Kind::kUnsupported;
  }
}

Kind KindOf(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::TensorType:
      return Kind::kTensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return Kind::kInt;
    case c10::TypeKind::FloatType:
    case c10::TypeKind::SymFloatType:
      return Kind::kFloat;
    case c10::TypeKind::BoolType:
    case c10::TypeKind::SymBoolType:
      return Kind::kBool;
    case c10::TypeKind::NumberType:
      return Kind::kScalar;
    case c10::TypeKind::StringType:
      return Kind::kString;
    case c10::TypeKind::ScalarTypeType:
      return Kind::kDtype;
    case c10::TypeKind::LayoutType:
      return Kind::kLayout;
    case c10::TypeKind::MemoryFormatType:
      return Kind::kMemoryFormat;
    case c10::TypeKind::DeviceObjType:
      return Kind::kDevice;
    case c10::TypeKind::GeneratorType:
      return Kind::kGenerator;
    case c10::TypeKind::ListType:
      return ElementListKind(*type.containedType(0));
    default:
      return Kind::kUnsupported;
  }
}

Parameter Describe(const c10::Argument& argument) {
  const c10::TypePtr& type = argument.real_type();
  const bool optional = type->kind() == c10::TypeKind::OptionalType;
  const auto* alias = argument.alias_info();
  return Parameter{argument.name(),
                   type->str(),
                   KindOf(optional ? *type->containedType(0) : *type),
                   optional,
                   argument.kwarg_only(),
                   argument.is_out(),
                   alias != nullptr && alias->isWrite(),
                   argument.default_value().has_value(),
                   argument.N().value_or(0),
                   argument.default_value().value_or(c10::IValue())};
}

const std::unordered_set<std::string_view> kMetadata = {
    "aten::dim",    "aten::is_conj",      "aten::is_contiguous", "aten::is_floating_point",
    "aten::is_neg", "aten::is_inference", "aten::is_signed",     "aten::numel",
    "aten::stride", "aten::sym_numel",    "aten::sym_size",      "aten::sym_stride",
};

Operator Load(const c10::OperatorName& name) {
  auto handle = c10::Dispatcher::singleton().findSchema(name);
  if (!handle) throw ArgumentError("No operator " + name.name + "." + name.overload_name);
  const c10::FunctionSchema& schema = handle->schema();
  Operator op{name.name,
              *handle,
              {},
              false,
              kMetadata.contains(name.name) &&
                  handle->hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd)};
  op.parameters.reserve(schema.arguments().size());
  for (const c10::Argument& argument : schema.arguments()) {
    op.parameters.push_back(Describe(argument));
  }
  op.resizes = name.name.starts_with("aten::resize");
  op.returns_one_tensor = schema.returns().size() == 1 &&
                          schema.returns()[0].type()->kind() == c10::TypeKind::TensorType;
  return op;
}

}  // namespace

const OperatorCache::OverloadNames& OperatorCache::Known() {
  if (known_.empty()) {
    for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
      if (c10::Dispatcher::singleton().findSchema(name)) {
        known_[name.name].push_back(name.overload_name);
      }
    }
    // The dispatcher lists them in no order.
    for (auto& [_, overloads] : known_) std::sort(overloads.begin(), overloads.end());
  }
  return known_;
}

std::vector<int32_t> OperatorCache::Overloads(const std::string& name) {
  const auto cached = ids_.find(name);
  if (cached != ids_.end()) return cached->second;
  std::vector<int32_t> ids;
  const auto known = Known().find(name);
  if (known == Known().end()) return ids;
  for (const std::string& overload : known->second) {
    operators_.push_back(Load({name, overload}));
    ids.push_back(static_cast<int32_t>(operators_.size() - 1));
  }
  ids_[name] = ids;
  return ids;
}

Operator& OperatorCache::At(int32_t id) {
  if (id < 0 || static_cast<size_t>(id) >= operators_.size()) {
    throw ArgumentError("No operator has the id " + std::to_string(id));
  }
  return operators_[static_cast<size_t>(id)];
}

std::vector<std::string> OperatorCache::Names(std::string_view name_space) {
  std::vector<std::string> names;
  const std::string prefix = std::string(name_space) + "::";
  for (const auto& [name, _] : Known()) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace metatorch
