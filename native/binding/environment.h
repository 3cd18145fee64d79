// What one JavaScript environment (the main thread or a worker) owns, and the one way from
// JavaScript into C++. No state lives outside of this.
#pragma once

#include <ATen/functorch/DynamicLayer.h>
#include <c10/core/Event.h>
#include <c10/core/InferenceMode.h>
#include <napi.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "binding/error.h"
#include "binding/schema.h"
#include "binding/tensor_table.h"
#include "binding/warnings.h"
#include "device/device_graph.h"
#include "distributed/process_group.h"
#include "memory/borrowed_arrays.h"

namespace metatorch {

struct EventSlot {
  std::unique_ptr<c10::Event> event;
  bool defined() const { return event != nullptr; }
};

struct GraphSlot {
  std::unique_ptr<DeviceGraph> graph;
  bool defined() const { return graph != nullptr; }
};

struct GroupSlot {
  std::unique_ptr<ProcessGroup> group;
  bool defined() const { return group != nullptr; }
};

class Courier;
class GraphFunctions;
class Checkpoints;
class SavedTensorHooks;
class Anomalies;

// Counts the threads that have environments, which are made and destroyed on their thread. What
// libtorch keeps for the process is changed only while nobody else uses it.
class ThreadCount {
 public:
  ThreadCount();
  ~ThreadCount();
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;
  static int Now();
};

class Environment {
 public:
  explicit Environment(napi_env env) : borrowed(std::make_shared<BorrowedArrays>(env)) {}

  const std::shared_ptr<BorrowedArrays> borrowed;
  TensorTable tensors{borrowed};
  GeneratorTable generators;
  HandleTable<EventSlot> events;
  HandleTable<GraphSlot> graphs;
  // Made with the first call that is not waited for, and shared with the threads of groups.
  std::shared_ptr<Courier> courier;
  HandleTable<GroupSlot> groups;
  OperatorCache operators;
  // Reused by every dispatch, so that a small operator allocates nothing for its arguments.
  torch::jit::Stack stack;
  std::vector<std::unique_ptr<c10::InferenceMode>> inference_modes;
  std::shared_ptr<GraphFunctions> graph_functions;
  std::shared_ptr<Checkpoints> checkpoints;
  std::shared_ptr<SavedTensorHooks> saved_tensor_hooks;
  std::shared_ptr<Anomalies> anomalies;
  // Runs of backward inside of each other.
  int64_t backward_depth = 0;
  // Levels of vmap that this environment is in.
  int64_t vmap_depth = 0;
  // Those that it has left for a while, innermost last.
  std::vector<std::unique_ptr<at::functorch::DynamicLayer>> lowered_levels;
  // (kind, message, operator) => Error, set by TypeScript, which owns the error classes.
  Napi::FunctionReference error_factory;
  Warnings warnings;
  // (message) => void, set by TypeScript.
  Napi::FunctionReference warning_listener;

  // Tells V8 how many bytes its garbage may keep alive, in steps, so that it collects in time.
  void ReportMemory(napi_env env) {
    borrowed->Sweep();
    unreported_bytes_ += tensors.TakeByteDelta();
    if (unreported_bytes_ >= kReportStep || unreported_bytes_ <= -kReportStep) Report(env);
  }

  ~Environment();

 private:
  static constexpr int64_t kReportStep = 1 << 20;
  void Report(napi_env env);

  int64_t unreported_bytes_ = 0;
  ThreadCount counted_;
};

constexpr size_t kMaxArguments = 40;

// One call from JavaScript: its arguments, and the environment it runs in.
struct Call {
  napi_env env;
  Environment& self;
  size_t argc = 0;
  // `kMaxArguments` of them, undefined from `argc` on.
  const napi_value* argv = nullptr;
  const char* operator_name = "";
  // Where handles of a result with several parts are noted until all of it is made.
  std::vector<int32_t>* unfinished = nullptr;

  Napi::Value operator[](size_t index) const { return Napi::Value(env, argv[index]); }
};

// Turns the exception in flight into a pending JavaScript exception.
void ThrowToJavaScript(Call& call) noexcept;

// Hands what libtorch has warned of to JavaScript; keeps it where that cannot be, as with an
// exception pending.
void DeliverWarnings(Call& call) noexcept;

template <napi_value (*Function)(Call&)>
napi_value Entry(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  size_t argc = kMaxArguments;
  std::array<napi_value, kMaxArguments> argv;
  if (napi_get_cb_info(env, info, &argc, argv.data(), nullptr, &data) != napi_ok) return nullptr;
  Call call{env, *static_cast<Environment*>(data), argc, argv.data()};
  napi_value result = nullptr;
  try {
    result = Function(call);
  } catch (...) {
    ThrowToJavaScript(call);
  }
  if (!call.self.warnings.empty()) DeliverWarnings(call);
  return result;
}

template <napi_value (*Function)(Call&)>
void Register(Napi::Object exports, const char* name, Environment* self) {
  napi_value function = nullptr;
  if (napi_create_function(exports.Env(), name, NAPI_AUTO_LENGTH, Entry<Function>, self,
                           &function) == napi_ok) {
    exports.Set(name, Napi::Value(exports.Env(), function));
  }
}

inline void Check(napi_status status) {
  if (status != napi_ok) throw PendingException();
}

}  // namespace metatorch
