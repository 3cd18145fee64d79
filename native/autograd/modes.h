// Modes of a thread or of libtorch as a whole: autocast, determinism, precision of products.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterModes(Napi::Object exports, Environment* self);

}  // namespace metatorch
