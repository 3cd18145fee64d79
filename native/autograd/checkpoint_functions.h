// The functions of JavaScript that make checkpointed regions again.
#pragma once

#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "binding/environment.h"

namespace metatorch {

// The functions of the regions whose graphs live. A graph may go on any thread and after the
// environment has ended, so letting go of a function only notes that.
class CheckpointFunctions {
 public:
  CheckpointFunctions(napi_env env, Environment& self) : env(env), self(&self) {}

  int64_t Add(napi_value function) {
    Sweep();
    functions_[next_] = Napi::Persistent(Napi::Function(env, function));
    return next_++;
  }

  Napi::FunctionReference& At(int64_t id) { return functions_.at(id); }

  void Drop(int64_t id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    dropped_.push_back(id);
  }

  void Sweep() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const int64_t id : dropped_) functions_.erase(id);
    dropped_.clear();
  }

  void Close() {
    functions_.clear();
    self = nullptr;
  }

  bool IsHere() const { return self != nullptr && std::this_thread::get_id() == thread_; }

  const napi_env env;
  Environment* self;

 private:
  const std::thread::id thread_ = std::this_thread::get_id();
  std::map<int64_t, Napi::FunctionReference> functions_;
  int64_t next_ = 0;
  std::mutex mutex_;
  std::vector<int64_t> dropped_;
};

}  // namespace metatorch
