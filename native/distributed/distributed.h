// Process groups: the doors from JavaScript to the library that was compiled against c10d.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterDistributed(Napi::Object exports, Environment* self);

}  // namespace metatorch
