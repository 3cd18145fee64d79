#include "binding/names.h"

#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>
#include <c10/util/Exception.h>

#include <utility>
#include <vector>

#include "binding/error.h"

namespace metatorch {
namespace {

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
      {"float8_e4m3fnuz", T::Float8_e4m3fnuz},
      {"float8_e5m2fnuz", T::Float8_e5m2fnuz},
      {"float8_e8m0fnu", T::Float8_e8m0fnu},
      {"qint8", T::QInt8},
      {"quint8", T::QUInt8},
      {"qint32", T::QInt32},
  };
  return dtypes;
}

}  // namespace

c10::ScalarType ParseDtype(const std::string& name) {
  for (const auto& [known, dtype] : Dtypes()) {
    if (name == known) return dtype;
  }
  throw ArgumentError("Expected a dtype such as 'float32' or 'int64', not '" + name + "'");
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
    throw ArgumentError("Expected a device such as 'cpu' or 'cuda:0', not '" + name + "'");
  }
}

int64_t ParseLayout(const std::string& name) {
  if (name == "strided") return static_cast<int64_t>(c10::Layout::Strided);
  if (name == "sparse_coo") return static_cast<int64_t>(c10::Layout::Sparse);
  if (name == "sparse_csr") return static_cast<int64_t>(c10::Layout::SparseCsr);
  if (name == "sparse_csc") return static_cast<int64_t>(c10::Layout::SparseCsc);
  if (name == "sparse_bsr") return static_cast<int64_t>(c10::Layout::SparseBsr);
  if (name == "sparse_bsc") return static_cast<int64_t>(c10::Layout::SparseBsc);
  throw ArgumentError("Expected a layout such as 'strided' or 'sparse_coo', not '" + name + "'");
}

int64_t ParseMemoryFormat(const std::string& name) {
  if (name == "contiguous_format") return static_cast<int64_t>(c10::MemoryFormat::Contiguous);
  if (name == "preserve_format") return static_cast<int64_t>(c10::MemoryFormat::Preserve);
  if (name == "channels_last") return static_cast<int64_t>(c10::MemoryFormat::ChannelsLast);
  if (name == "channels_last_3d") return static_cast<int64_t>(c10::MemoryFormat::ChannelsLast3d);
  throw ArgumentError("Expected a memory format such as 'contiguous_format', not '" + name + "'");
}

}  // namespace metatorch
