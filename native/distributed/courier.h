// Brings what other threads have finished back to the JavaScript thread of one environment.
#pragma once

#include <napi.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace metatorch {

class Courier {
 public:
  // Runs on the JavaScript thread, with the function that waits for it.
  using Delivery = std::function<void(Napi::Env env, const Napi::Function& callback)>;

  explicit Courier(napi_env env);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // Keeps the event loop alive until the delivery with this number has come.
  int64_t Expect(const Napi::Function& callback);
  // From any thread. Once the environment ends, nobody waits any more.
  void Post(int64_t number, Delivery delivery);

 private:
  static void OnJavaScriptThread(napi_env env, napi_value callback, void* context, void* data);
  static void OnEnvironmentEnd(void* self);
  void Deliver(napi_env env);
  void Close();

  const napi_env env_;
  std::unordered_map<int64_t, Napi::FunctionReference> waiting_;
  int64_t next_ = 0;
  std::mutex mutex_;
  std::vector<std::pair<int64_t, Delivery>> posted_;
  // Null once the environment ends: a call then could meet what has been freed.
  napi_threadsafe_function wake_ = nullptr;
};

}  // namespace metatorch
