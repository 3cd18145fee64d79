// Any operator of libtorch through the boxed dispatcher.
#pragma once

#include "binding/environment.h"

namespace metatorch {

void RegisterDispatch(Napi::Object exports, Environment* self);

}  // namespace metatorch
