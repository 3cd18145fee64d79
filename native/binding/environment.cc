#include "binding/environment.h"

#include <ATen/autocast_mode.h>
#include <c10/util/Exception.h>

#include <atomic>

#include "autograd/callbacks/graph_functions.h"
#include "autograd/functorch.h"
#include "memory/cpu_allocator.h"
#include "memory/shared_tensors.h"

namespace metatorch {
namespace {

const char* KindOf(const c10::Error& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return "memory";
  if (dynamic_cast<const c10::IndexError*>(&error) != nullptr) return "index";
  if (dynamic_cast<const c10::NotImplementedError*>(&error) != nullptr) return "not implemented";
  if (dynamic_cast<const c10::LinAlgError*>(&error) != nullptr) return "linalg";
  return "runtime";
}

void Throw(Call& call, const char* kind, const std::string& message) {
  Napi::Env env(call.env);
  Napi::HandleScope scope(env);
  if (call.self.error_factory.IsEmpty()) throw Napi::Error::New(env, message);
  Napi::Value error =
      call.self.error_factory.Call({Napi::String::New(env, kind), Napi::String::New(env, message),
                                    Napi::String::New(env, call.operator_name)});
  napi_throw(call.env, error);
}

std::atomic<int> threads_in_use{0};
// Not more than one but where a program loads the library more than once, as test runners do.
thread_local int environments_of_thread = 0;

}  // namespace

ThreadCount::ThreadCount() {
  if (environments_of_thread++ == 0) threads_in_use++;
}

ThreadCount::~ThreadCount() {
  if (--environments_of_thread == 0) threads_in_use--;
}

int ThreadCount::Now() { return threads_in_use; }

Environment::~Environment() {
  LeaveVmap(*this);
  // Guards restore thread-local state and must unwind in reverse order.
  while (!inference_modes.empty()) inference_modes.pop_back();
  // A thread that is terminated inside autocast leaves converted weights in the process's cache.
  at::autocast::clear_cache();
  SharedTensors::Instance().ReleaseAllOf(this);
  // Graphs may outlive the environment.
  if (graph_functions) graph_functions->Close();
  borrowed->Close();
}

void Environment::Report(napi_env env) {
  int64_t total = 0;
  napi_adjust_external_memory(env, unreported_bytes_, &total);
  unreported_bytes_ = 0;
}

void ThrowToJavaScript(Call& call) noexcept {
  try {
    try {
      throw;
    } catch (const PendingException&) {
    } catch (const Napi::Error& error) {
      error.ThrowAsJavaScriptException();
    } catch (const ArgumentError& error) {
      Throw(call, "argument", error.what());
    } catch (const VmapError& error) {
      Throw(call, "vmap", error.what());
    } catch (const DisposedError& error) {
      Throw(call, "disposed", error.what());
    } catch (const MemoryLimitError& error) {
      Throw(call, "memory limit",
            std::string(error.what_without_backtrace()) + "; this thread has " +
                std::to_string(call.self.tensors.Live()) + " live tensors");
    } catch (const c10::Error& error) {
      Throw(call, KindOf(error), error.what_without_backtrace());
    } catch (const std::bad_alloc&) {
      Throw(call, "memory", "Out of memory");
    } catch (const std::exception& error) {
      Throw(call, "runtime", error.what());
    } catch (...) {
      Throw(call, "runtime", "Unknown C++ exception");
    }
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (...) {
    // The environment is going away: nobody is left to hear of it.
  }
}

void DeliverWarnings(Call& call) noexcept {
  try {
    bool pending = true;
    if (napi_is_exception_pending(call.env, &pending) != napi_ok || pending) return;
    if (call.self.warning_listener.IsEmpty()) return;
    const Napi::Env env(call.env);
    const Napi::HandleScope scope(env);
    for (const std::string& message : call.self.warnings.Take()) {
      call.self.warning_listener.Call({Napi::String::New(env, message)});
    }
  } catch (const Napi::Error& error) {
    // The listener's own, such as where a process makes errors of warnings.
    error.ThrowAsJavaScriptException();
  } catch (...) {
    // The environment is going away.
  }
}

}  // namespace metatorch
