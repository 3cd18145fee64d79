// The functions of JavaScript that graphs call: to make checkpointed regions again, as backward of
// functions of one's own, and as hooks.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/function.h>

#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/callbacks/node_table.h"
#include "binding/environment.h"

namespace metatorch {

template <typename T, typename... Arguments>
auto MakeNode(Arguments&&... arguments) {
  if constexpr (std::is_same_v<NodePtr, std::shared_ptr<torch::autograd::Node>>) {
    return std::shared_ptr<T>(new T(std::forward<Arguments>(arguments)...),
                              [](auto* node) { deleteNode(node); });
  } else {
    return c10::make_intrusive<T>(std::forward<Arguments>(arguments)...);
  }
}

class GraphFunction;

// The functions of one environment. A graph may go on any thread and after the environment has
// ended, so letting go of a function from elsewhere only notes that.
class GraphFunctions : public std::enable_shared_from_this<GraphFunctions> {
 public:
  // What a function has given to answer().
  struct Answer {
    std::vector<at::Tensor> tensors;
    std::shared_ptr<GraphFunction> function;
  };

  // What the function that is being called may ask for.
  class Saved {
   public:
    virtual ~Saved() = default;
    virtual std::vector<at::Tensor> Unpack() = 0;
  };

  GraphFunctions(napi_env env, Environment& self) : env_(env), self_(&self) {}

  std::shared_ptr<GraphFunction> Add(napi_value function);
  // On the environment's thread; what is called is called no more.
  void Remove(int64_t id) { functions_.erase(id); }
  bool Holds(int64_t id) const { return functions_.count(id) > 0; }

  // fn(handles, flags), whose tensors the function owns. Throws what it throws.
  Answer Call(int64_t id, std::vector<at::Tensor> tensors, const std::vector<bool>& flags = {},
              Saved* saved = nullptr);
  // Within a call: its result.
  void TakeAnswer(Answer answer);
  // Within a call: what the innermost function that has saved tensors has saved.
  std::vector<at::Tensor> SavedTensors();
  // Whether this thread's backward is inside of the operator: to run it again would wait for
  // itself.
  bool IsInside(const torch::autograd::Node* node) const;
  bool IsInsideAny() const { return !calls_.empty(); }

  // The environment ends.
  void Close();

  NodeTable nodes;

 private:
  friend class GraphFunction;

  struct Frame {
    NodePtr node;
    Saved* saved;
    Answer answer;
  };
  class OpenFrame;

  void Drop(int64_t id);
  void Sweep();
  bool IsHere() const { return self_ != nullptr && std::this_thread::get_id() == thread_; }

  const napi_env env_;
  Environment* self_;
  const std::thread::id thread_ = std::this_thread::get_id();
  std::map<int64_t, Napi::FunctionReference> functions_;
  std::vector<Frame> calls_;
  int64_t next_ = 1;
  std::mutex mutex_;
  std::vector<int64_t> dropped_;
};

// Holds a function for as long as a part of a graph may call it.
class GraphFunction {
 public:
  GraphFunction(std::shared_ptr<GraphFunctions> all, int64_t id) : id(id), all_(std::move(all)) {}
  ~GraphFunction() { all_->Drop(id); }
  GraphFunction(const GraphFunction&) = delete;
  GraphFunction& operator=(const GraphFunction&) = delete;

  bool IsRemoved() const { return !all_->Holds(id); }
  Napi::Function Value() const { return all_->functions_.at(id).Value(); }

  GraphFunctions::Answer Call(std::vector<at::Tensor> tensors, const std::vector<bool>& flags = {},
                              GraphFunctions::Saved* saved = nullptr) const {
    return all_->Call(id, std::move(tensors), flags, saved);
  }

  const int64_t id;

 private:
  const std::shared_ptr<GraphFunctions> all_;
};

void RegisterGraphFunctions(Napi::Object exports, Environment* self);

}  // namespace metatorch
