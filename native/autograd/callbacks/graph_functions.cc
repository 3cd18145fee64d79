#include "autograd/callbacks/graph_functions.h"

#include <torch/csrc/autograd/engine.h>

#include <algorithm>

#include "binding/convert.h"

namespace metatorch {
namespace {

napi_value FromFlags(const Call& call, const std::vector<bool>& flags) {
  napi_value array = nullptr;
  Check(napi_create_array_with_length(call.env, flags.size(), &array));
  for (size_t i = 0; i < flags.size(); ++i) {
    Check(napi_set_element(call.env, array, static_cast<uint32_t>(i), FromBool(call, flags[i])));
  }
  return array;
}

// answer(tensors, function?): what the function that is being called gives.
napi_value TakeAnswer(Call& call) {
  GraphFunctions& functions = *call.self.graph_functions;
  GraphFunctions::Answer answer{TensorsArgument(call, 0), nullptr};
  if (!IsNullish(call, call.argv[1])) answer.function = functions.Add(call.argv[1]);
  functions.TakeAnswer(std::move(answer));
  return nullptr;
}

// savedTensors(): what the function whose backward is running has saved.
napi_value SavedTensors(Call& call) {
  call.operator_name = "savedTensors";
  return FromTensors(call, call.self.graph_functions->SavedTensors());
}

// removeGraphFunction(id)
napi_value RemoveGraphFunction(Call& call) {
  call.self.graph_functions->Remove(IntArgument(call, 0));
  return nullptr;
}

}  // namespace

class GraphFunctions::OpenFrame {
 public:
  OpenFrame(GraphFunctions& all, Saved* saved) : all_(all) {
    all_.calls_.push_back({torch::autograd::get_current_node(), saved, {}});
  }
  ~OpenFrame() { all_.calls_.pop_back(); }
  OpenFrame(const OpenFrame&) = delete;
  OpenFrame& operator=(const OpenFrame&) = delete;

  Answer Take() { return std::move(all_.calls_.back().answer); }

 private:
  GraphFunctions& all_;
};

std::shared_ptr<GraphFunction> GraphFunctions::Add(napi_value function) {
  Sweep();
  functions_[next_] = Napi::Persistent(Napi::Function(env_, function));
  return std::make_shared<GraphFunction>(shared_from_this(), next_++);
}

GraphFunctions::Answer GraphFunctions::Call(int64_t id, std::vector<at::Tensor> tensors,
                                            const std::vector<bool>& flags, Saved* saved) {
  TORCH_CHECK(IsHere(),
              "Expected backward on the thread of the function of JavaScript that it calls, but it "
              "runs on another: are there more than 60 backward passes inside of each other?");
  const Napi::HandleScope scope(env_);
  // The function may let go of itself.
  const Napi::Function function = functions_.at(id).Value();
  metatorch::Call call{env_, *self_};
  OpenFrame frame(*this, saved);
  napi_value handles = FromTensors(call, std::move(tensors));
  function.Call({handles, FromFlags(call, flags)});
  return frame.Take();
}

void GraphFunctions::TakeAnswer(Answer answer) {
  TORCH_CHECK(!calls_.empty(), "Expected an answer within a call");
  calls_.back().answer = std::move(answer);
}

std::vector<at::Tensor> GraphFunctions::SavedTensors() {
  const auto frame = std::find_if(calls_.rbegin(), calls_.rend(),
                                  [](const Frame& each) { return each.saved != nullptr; });
  TORCH_CHECK(frame != calls_.rend(), "Expected to be read inside backward");
  return frame->saved->Unpack();
}

bool GraphFunctions::IsInside(const torch::autograd::Node* node) const {
  return std::any_of(calls_.begin(), calls_.end(),
                     [&](const Frame& each) { return each.node.get() == node; });
}

void GraphFunctions::Drop(int64_t id) {
  if (std::this_thread::get_id() == thread_) {
    functions_.erase(id);
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped_.push_back(id);
}

void GraphFunctions::Sweep() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const int64_t id : dropped_) functions_.erase(id);
  dropped_.clear();
}

void GraphFunctions::Close() {
  functions_.clear();
  self_ = nullptr;
}

void RegisterGraphFunctions(Napi::Object exports, Environment* self) {
  self->graph_functions = std::make_shared<GraphFunctions>(exports.Env(), *self);
  Register<TakeAnswer>(exports, "answer", self);
  Register<SavedTensors>(exports, "savedTensors", self);
  Register<RemoveGraphFunction>(exports, "removeGraphFunction", self);
}

}  // namespace metatorch
