// vmap: levels that hide a dimension of tensors from operators.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterFunctorch(Napi::Object exports, Environment* self);
// Leaves the levels that an environment is still in when it ends.
void LeaveVmap(Environment& self) noexcept;

}  // namespace metatorch
