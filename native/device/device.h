// Devices, threads and random state.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterDevice(Napi::Object exports, Environment* self);

}  // namespace metatorch
