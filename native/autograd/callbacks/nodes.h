// The operators of a graph as JavaScript sees them.
#pragma once

#include "autograd/callbacks/graph_functions.h"

namespace metatorch {

NodePtr NodeArgument(const Call& call, size_t index);

void RegisterNodes(Napi::Object exports, Environment* self);

}  // namespace metatorch
