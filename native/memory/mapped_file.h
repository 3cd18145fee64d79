// Tensors on the pages of a file.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterMappedFiles(Napi::Object exports, Environment* self);

}  // namespace metatorch
