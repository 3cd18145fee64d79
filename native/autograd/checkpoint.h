// Gradient checkpointing: what operators save for backward is dropped when a region ends, and made
// again by calling the region's function when backward first asks for it. Gradients of gradients
// and tensors from around the region just work, since the graph itself is the one first recorded.
#pragma once

#include <memory>
#include <vector>

#include "autograd/callbacks/graph_functions.h"
#include "binding/environment.h"

namespace metatorch {

class CheckpointFrame;

// The checkpoints of one environment.
class Checkpoints : public std::enable_shared_from_this<Checkpoints> {
 public:
  Checkpoints();
  ~Checkpoints();
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;

  // Opens a region that is made again by function(handles of the inputs).
  void Begin(const std::vector<at::Tensor>& inputs, std::shared_ptr<GraphFunction> function);
  // Closes the innermost region.
  void End();

  // Lets go of what was made again and not used.
  void ClearMadeAgain();

 private:
  friend class CheckpointFrame;

  void Open(std::shared_ptr<CheckpointFrame> frame);
  // The innermost one is open no more.
  void Leave();

  std::vector<std::shared_ptr<CheckpointFrame>> open_;
  std::vector<std::weak_ptr<CheckpointFrame>> made_again_;
};

void RegisterCheckpoint(Napi::Object exports, Environment* self);

}  // namespace metatorch
