// Operators whose backward is a function of JavaScript.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterFunctionNodes(Napi::Object exports, Environment* self);

}  // namespace metatorch
