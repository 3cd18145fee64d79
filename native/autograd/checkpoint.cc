#include "autograd/checkpoint.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/AutogradState.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <algorithm>

#include "autograd/checkpoint_functions.h"
#include "autograd/graph_walk.h"
#include "binding/convert.h"

namespace metatorch {

using torch::autograd::SavedVariable;

class Checkpoints::Waiting {
 public:
  explicit Waiting(Checkpoints& all) : all_(all) {
    all_.waiting_.push_back(torch::autograd::get_current_node().get());
  }
  ~Waiting() { all_.waiting_.pop_back(); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  Checkpoints& all_;
};

// One run of a region: what its operators saved, in order.
class CheckpointFrame : public std::enable_shared_from_this<CheckpointFrame> {
 public:
  CheckpointFrame(std::shared_ptr<CheckpointFunctions> functions, int64_t function,
                  const std::vector<at::Tensor>& inputs)
      : functions_(std::move(functions)), function_(function) {
    // In a region within a region these are saved by the outer one, and dropped with the rest.
    for (const at::Tensor& input : inputs) inputs_.emplace_back(input, false);
  }
  ~CheckpointFrame() { functions_->Drop(function_); }
  CheckpointFrame(const CheckpointFrame&) = delete;
  CheckpointFrame& operator=(const CheckpointFrame&) = delete;

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

  // The region has been left: only places remain of what it saved.
  void Close() {
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
    TORCH_CHECK(functions_->IsHere(), "checkpoint: backward runs on a thread without JavaScript");
    Checkpoints& all = *functions_->self->checkpoints;
    const Napi::HandleScope scope(functions_->env);
    Call call{functions_->env, *functions_->self, 0, {}};
    std::vector<at::Tensor> inputs;
    for (const SavedVariable& input : inputs_) inputs.push_back(input.unpack());
    napi_value handles = FromTensors(call, std::move(inputs));
    all.made_again_.push_back(weak_from_this());
    const Checkpoints::Waiting waiting(all);
    const Reopened reopened(*this, all);
    functions_->At(function_).Call({handles});
    TORCH_CHECK(next_ == slots_.size(), kDifferent);
  }

  const std::shared_ptr<CheckpointFunctions> functions_;
  const int64_t function_;
  std::vector<SavedVariable> inputs_;
  std::vector<Slot> slots_;
  bool open_ = true;
  bool recomputing_ = false;
  size_t next_ = 0;
};

namespace {

// libtorch asks for hooks without saying for whom, so the thread has to know: the open regions of
// all its environments, which own them.
thread_local std::vector<CheckpointFrame*> open_regions;

class FrameHooks : public torch::autograd::SavedVariableHooks {
 public:
  explicit FrameHooks(std::shared_ptr<CheckpointFrame> frame) : frame_(std::move(frame)) {}
  void call_pack_hook(const at::Tensor& tensor) override { index_ = frame_->Pack(tensor); }
  at::Tensor call_unpack_hook() override { return frame_->Unpack(index_); }

 private:
  const std::shared_ptr<CheckpointFrame> frame_;
  size_t index_ = 0;
};

// libtorch's engine, but operators inside a region save through its hooks.
class HookedEngine : public torch::autograd::Engine {
 public:
  static Engine& Instance() {
    static HookedEngine engine;
    return engine;
  }
  ~HookedEngine() override { stop(); }

  std::unique_ptr<torch::autograd::SavedVariableHooks> get_default_saved_variable_hooks() override {
    if (open_regions.empty()) return nullptr;
    return std::make_unique<FrameHooks>(open_regions.back()->shared_from_this());
  }

 private:
  HookedEngine() = default;
};

// beginCheckpoint(inputs, function)
napi_value BeginCheckpoint(Call& call) {
  call.operator_name = "checkpoint";
  call.self.checkpoints->Begin(TensorsArgument(call, 0), call.argv[1]);
  return nullptr;
}

napi_value EndCheckpoint(Call& call) {
  call.self.checkpoints->End();
  return nullptr;
}

}  // namespace

Checkpoints::Checkpoints(napi_env env, Environment& self)
    : functions_(std::make_shared<CheckpointFunctions>(env, self)) {}

Checkpoints::~Checkpoints() {
  while (!open_.empty()) Leave();
  functions_->Close();
}

void Checkpoints::Begin(const std::vector<at::Tensor>& inputs, napi_value function) {
  Open(std::make_shared<CheckpointFrame>(functions_, functions_->Add(function), inputs));
}

void Checkpoints::End() {
  if (open_.empty()) return;
  open_.back()->Close();
  Leave();
}

void Checkpoints::Open(std::shared_ptr<CheckpointFrame> frame) {
  open_regions.push_back(frame.get());
  open_.push_back(std::move(frame));
}

void Checkpoints::Leave() {
  std::erase(open_regions, open_.back().get());
  open_.pop_back();
}

Checkpoints::Backward::Backward(Environment& self, const std::vector<at::Tensor>& outputs)
    : checkpoints_(*self.checkpoints),
      multithreading_(c10::AutogradState::get_tls_state().get_multithreading_enabled()) {
  const auto& waiting = checkpoints_.waiting_;
  const auto waits = [&](const torch::autograd::Node* node) {
    return std::find(waiting.begin(), waiting.end(), node) != waiting.end();
  };
  TORCH_CHECK(
      waiting.empty() || !Reaches(outputs, waits),
      "Expected a graph without the checkpointed region that is being made again in backward: it "
      "would wait for itself");
  c10::AutogradState::get_tls_state().set_multithreading_enabled(false);
  ++checkpoints_.backward_depth_;
}

Checkpoints::Backward::~Backward() {
  c10::AutogradState::get_tls_state().set_multithreading_enabled(multithreading_);
  if (--checkpoints_.backward_depth_ > 0 || checkpoints_.made_again_.empty()) return;
  for (const auto& weak : std::exchange(checkpoints_.made_again_, {})) {
    if (const auto frame = weak.lock()) frame->Clear();
  }
  checkpoints_.functions_->Sweep();
}

void RegisterCheckpoint(Napi::Object exports, Environment* self) {
  torch::autograd::set_default_engine_stub(&HookedEngine::Instance);
  self->checkpoints = std::make_shared<Checkpoints>(exports.Env(), *self);
  Register<BeginCheckpoint>(exports, "beginCheckpoint", self);
  Register<EndCheckpoint>(exports, "endCheckpoint", self);
}

}  // namespace metatorch
