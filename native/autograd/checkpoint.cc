#include "autograd/checkpoint.h"

#include <torch/csrc/autograd/saved_variable.h>

#include "autograd/callbacks/engine.h"
#include "binding/convert.h"

namespace metatorch {

using torch::autograd::SavedVariable;

// One run of a region: what its operators saved, in order.
class CheckpointFrame : public SavingRegion, public std::enable_shared_from_this<CheckpointFrame> {
 public:
  CheckpointFrame(std::weak_ptr<Checkpoints> all, std::shared_ptr<GraphFunction> function,
                  const std::vector<at::Tensor>& inputs)
      : all_(std::move(all)), function_(std::move(function)) {
    // In a region within a region these are saved by the outer one, and dropped with the rest.
    for (const at::Tensor& input : inputs) inputs_.emplace_back(input, false);
  }
  CheckpointFrame(const CheckpointFrame&) = delete;
  CheckpointFrame& operator=(const CheckpointFrame&) = delete;

  void Enter() { Open(); }
  void Leave() { Close(); }
  std::unique_ptr<torch::autograd::SavedVariableHooks> Hooks() override;

  size_t Pack(const at::Tensor& tensor) {
    const at::Tensor data = tensor.detach();
    if (!recomputing_) {
      slots_.push_back({data, data.sizes().vec(), data.scalar_type()});
      return slots_.size() - 1;
    }
    TORCH_CHECK(next_ < slots_.size() && slots_[next_].sizes == data.sizes() &&
                    slots_[next_].dtype == data.scalar_type(),
                kDifferent);
    slots_[next_].tensor = data;
    return next_++;
  }

  at::Tensor Unpack(size_t index) {
    TORCH_CHECK(!open_ || slots_[index].tensor.defined(), kUnfinished);
    if (open_) return slots_[index].tensor;
    if (!slots_[index].tensor.defined()) Recompute();
    return std::exchange(slots_[index].tensor, at::Tensor());
  }

  // The region has ended: only places remain of what it saved.
  void End() {
    open_ = false;
    Clear();
  }

  void Clear() {
    for (Slot& slot : slots_) slot.tensor.reset();
  }

 private:
  static constexpr const char* kDifferent =
      "checkpoint: Expected the function to save the same tensors for backward when it runs again; "
      "does it depend on something that has changed?";

  static constexpr const char* kUnfinished =
      "Expected a graph without the checkpointed region that is being made again in backward: what "
      "its "
      "operators need is not there yet";

  struct Slot {
    at::Tensor tensor;
    std::vector<int64_t> sizes;
    c10::ScalarType dtype;
  };

  class Reopened {
   public:
    Reopened(CheckpointFrame& frame, Checkpoints& all) : frame_(frame), all_(all) {
      frame_.open_ = frame_.recomputing_ = true;
      frame_.next_ = 0;
      all_.Open(frame_.shared_from_this());
    }
    ~Reopened() {
      all_.Leave();
      frame_.open_ = frame_.recomputing_ = false;
    }
    Reopened(const Reopened&) = delete;
    Reopened& operator=(const Reopened&) = delete;

   private:
    CheckpointFrame& frame_;
    Checkpoints& all_;
  };

  void Recompute() {
    const std::shared_ptr<Checkpoints> all = all_.lock();
    TORCH_CHECK(all != nullptr, "checkpoint: the thread of JavaScript has ended");
    std::vector<at::Tensor> inputs;
    for (const SavedVariable& input : inputs_) inputs.push_back(input.unpack());
    all->made_again_.push_back(weak_from_this());
    const Reopened reopened(*this, *all);
    function_->Call(std::move(inputs));
    TORCH_CHECK(next_ == slots_.size(), kDifferent);
  }

  const std::weak_ptr<Checkpoints> all_;
  const std::shared_ptr<GraphFunction> function_;
  std::vector<SavedVariable> inputs_;
  std::vector<Slot> slots_;
  bool open_ = true;
  bool recomputing_ = false;
  size_t next_ = 0;
};

namespace {

class FrameHooks : public torch::autograd::SavedVariableHooks {
 public:
  explicit FrameHooks(std::shared_ptr<CheckpointFrame> frame) : frame_(std::move(frame)) {}
  void call_pack_hook(const at::Tensor& tensor) override { index_ = frame_->Pack(tensor); }
  at::Tensor call_unpack_hook() override { return frame_->Unpack(index_); }

 private:
  const std::shared_ptr<CheckpointFrame> frame_;
  size_t index_ = 0;
};

// beginCheckpoint(inputs, function)
napi_value BeginCheckpoint(Call& call) {
  call.operator_name = "checkpoint";
  const std::vector<at::Tensor> inputs = TensorsArgument(call, 0);
  call.self.checkpoints->Begin(inputs, call.self.graph_functions->Add(call.argv[1]));
  return nullptr;
}

napi_value EndCheckpoint(Call& call) {
  call.self.checkpoints->End();
  return nullptr;
}

}  // namespace

std::unique_ptr<torch::autograd::SavedVariableHooks> CheckpointFrame::Hooks() {
  return std::make_unique<FrameHooks>(shared_from_this());
}

Checkpoints::Checkpoints() = default;

Checkpoints::~Checkpoints() {
  while (!open_.empty()) Leave();
}

void Checkpoints::Begin(const std::vector<at::Tensor>& inputs,
                        std::shared_ptr<GraphFunction> function) {
  Open(std::make_shared<CheckpointFrame>(weak_from_this(), std::move(function), inputs));
}

void Checkpoints::End() {
  if (open_.empty()) return;
  open_.back()->End();
  Leave();
}

void Checkpoints::Open(std::shared_ptr<CheckpointFrame> frame) {
  frame->Enter();
  open_.push_back(std::move(frame));
}

void Checkpoints::Leave() {
  open_.back()->Leave();
  open_.pop_back();
}

void Checkpoints::ClearMadeAgain() {
  for (const auto& weak : std::exchange(made_again_, {})) {
    if (const auto frame = weak.lock()) frame->Clear();
  }
}

void RegisterCheckpoint(Napi::Object exports, Environment* self) {
  self->checkpoints = std::make_shared<Checkpoints>();
  Register<BeginCheckpoint>(exports, "beginCheckpoint", self);
  Register<EndCheckpoint>(exports, "endCheckpoint", self);
}

}  // namespace metatorch
