// Memory on the CPU: what this environment's tensors and the whole process hold, and the limit.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterMemory(Napi::Object exports, Environment* self);

}  // namespace metatorch
