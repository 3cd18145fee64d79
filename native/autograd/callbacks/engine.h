// libtorch's engine, which asks what operators save, and what remembers where they were called.
#pragma once

#include <torch/csrc/autograd/saved_variable_hooks.h>

#include <memory>

namespace metatorch {

// A part of a program in which what operators save for backward goes through hooks. The innermost
// one of the thread counts.
class SavingRegion {
 public:
  virtual ~SavingRegion() = default;
  virtual std::unique_ptr<torch::autograd::SavedVariableHooks> Hooks() = 0;

 protected:
  void Open();
  // Also where it is not the innermost one.
  void Close() noexcept;
};

void UseOwnEngine();

}  // namespace metatorch
