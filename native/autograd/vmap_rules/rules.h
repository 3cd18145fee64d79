// What operators do inside vmap where libtorch has nothing, where it would run an operator for one
// sample after the other, or where its own way gives wrong gradients. Each rule is made of other
// operators, which know what to do with tensors inside vmap; their gradients follow.
#pragma once

#include <torch/library.h>

namespace metatorch {

// Once for the process, whatever the number of environments.
void RegisterVmapRules();

// Each implements some operators of `library`, which is that of `aten` inside vmap.
void AddLossRules(torch::Library& library);
void AddNormRules(torch::Library& library);
void AddIndexRules(torch::Library& library);
void AddComposedRules(torch::Library& library);
void AddInPlaceRules(torch::Library& library);

}  // namespace metatorch
