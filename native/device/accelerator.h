// Devices that compute beside the CPU: how many there are, their memory, streams, events and
// graphs.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterAccelerator(Napi::Object exports, Environment* self);
void RegisterStreams(Napi::Object exports, Environment* self);
void RegisterGraphs(Napi::Object exports, Environment* self);

}  // namespace metatorch
