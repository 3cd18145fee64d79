// Data between JavaScript's memory and tensors, and facts about a tensor.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterStorage(Napi::Object exports, Environment* self);

}  // namespace metatorch
