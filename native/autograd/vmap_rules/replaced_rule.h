// A rule that takes the place of libtorch's own, for some arguments.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

namespace metatorch {

using StackCondition = bool (*)(const torch::jit::Stack& arguments);

// Runs `other` instead of libtorch's rule for the operator where `when` is true of its arguments.
void ReplaceRule(torch::Library& library, const char* name, const char* overload,
                 c10::KernelFunction other, StackCondition when);

// True where what an operator computes is recorded, to be differentiated.
bool IsRecorded(const torch::jit::Stack& arguments);

}  // namespace metatorch
