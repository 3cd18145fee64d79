// Gradient checkpointing: what operators save for backward is dropped when a region ends, and made
// again by calling the region's function when backward first asks for it. Gradients of gradients
// and tensors from around the region just work, since the graph itself is the one first recorded.
#pragma once

#include <memory>
#include <vector>

#include "binding/environment.h"

namespace torch::autograd {
struct Node;
}

namespace metatorch {

class CheckpointFrame;
class CheckpointFunctions;

// The checkpoints of one environment.
class Checkpoints {
 public:
  Checkpoints(napi_env env, Environment& self);
  ~Checkpoints();
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;

  // Opens a region that is made again by function(handles of the inputs).
  void Begin(const std::vector<at::Tensor>& inputs, napi_value function);
  // Closes the innermost region.
  void End();

  // One run of backward. What was made again and not used goes when the outermost one ends. It
  // stays on this thread, whatever the device, because it may call JavaScript.
  class Backward {
   public:
    // Refuses outputs whose graph holds an operator that this thread's backward is inside of, as
    // its region is made again: it would wait for itself.
    Backward(Environment& self, const std::vector<at::Tensor>& outputs);
    ~Backward();
    Backward(const Backward&) = delete;
    Backward& operator=(const Backward&) = delete;

   private:
    Checkpoints& checkpoints_;
    const bool multithreading_;
  };

 private:
  friend class CheckpointFrame;

  // The operator whose backward asked for the region that is being made again.
  class Waiting;

  void Open(std::shared_ptr<CheckpointFrame> frame);
  // The innermost one is open no more.
  void Leave();

  std::shared_ptr<CheckpointFunctions> functions_;
  std::vector<std::shared_ptr<CheckpointFrame>> open_;
  std::vector<std::weak_ptr<CheckpointFrame>> made_again_;
  std::vector<const torch::autograd::Node*> waiting_;
  int64_t backward_depth_ = 0;
};

void RegisterCheckpoint(Napi::Object exports, Environment* self);

}  // namespace metatorch
