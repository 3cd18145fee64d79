// Functions of JavaScript that see, and may change, gradients on their way.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterHooks(Napi::Object exports, Environment* self);

}  // namespace metatorch
