// The names by which JavaScript knows dtypes, devices, layouts and memory formats.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>

namespace metatorch {

c10::ScalarType ParseDtype(const std::string& name);
std::string DtypeName(c10::ScalarType dtype);
c10::Device ParseDevice(const std::string& name);
int64_t ParseLayout(const std::string& name);
int64_t ParseMemoryFormat(const std::string& name);

}  // namespace metatorch
