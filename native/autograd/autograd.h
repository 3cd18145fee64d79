// Reverse-mode differentiation, and the modes that govern what is recorded.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterAutograd(Napi::Object exports, Environment* self);

}  // namespace metatorch
