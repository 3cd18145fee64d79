// One run of backward that JavaScript has asked for.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "autograd/callbacks/anomaly.h"
#include "binding/environment.h"

namespace metatorch {

// It stays on this thread, whatever the device, because it may call JavaScript.
class BackwardPass {
 public:
  // Refuses to run again an operator that this thread's backward is inside of, as it calls
  // JavaScript: it would wait for itself. Without inputs the gradients of all leaves are wanted.
  BackwardPass(Environment& self, const std::vector<at::Tensor>& outputs,
               const std::vector<at::Tensor>& inputs);
  ~BackwardPass();
  BackwardPass(const BackwardPass&) = delete;
  BackwardPass& operator=(const BackwardPass&) = delete;

 private:
  Environment& self_;
  const bool multithreading_;
  std::unique_ptr<NanChecks> checks_;
};

}  // namespace metatorch
