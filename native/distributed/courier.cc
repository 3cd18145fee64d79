#include "distributed/courier.h"

#include "binding/environment.h"

namespace metatorch {

Courier::Courier(napi_env env) : env_(env) {
  napi_value name = nullptr;
  Check(napi_create_string_utf8(env, "metatorch.distributed", NAPI_AUTO_LENGTH, &name));
  Check(napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this,
                                        &Courier::OnJavaScriptThread, &wake_));
  Check(napi_unref_threadsafe_function(env, wake_));
  // Later hooks run earlier: before that of the function itself.
  Check(napi_add_env_cleanup_hook(env, &Courier::OnEnvironmentEnd, this));
}

Courier::~Courier() {
  Close();
  napi_remove_env_cleanup_hook(env_, &Courier::OnEnvironmentEnd, this);
}

int64_t Courier::Expect(const Napi::Function& callback) {
  const int64_t number = next_++;
  waiting_[number] = Napi::Persistent(callback);
  if (waiting_.size() == 1 && wake_ != nullptr) Check(napi_ref_threadsafe_function(env_, wake_));
  return number;
}

void Courier::Post(int64_t number, Delivery delivery) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (wake_ == nullptr) return;
  posted_.emplace_back(number, std::move(delivery));
  napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
}

void Courier::OnJavaScriptThread(napi_env env, napi_value, void* context, void*) {
  // Without an environment the call is only emptied out of the queue.
  if (env != nullptr) static_cast<Courier*>(context)->Deliver(env);
}

void Courier::OnEnvironmentEnd(void* self) { static_cast<Courier*>(self)->Close(); }

void Courier::Deliver(napi_env env) {
  std::vector<std::pair<int64_t, Delivery>> posted;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    posted.swap(posted_);
  }
  for (const auto& [number, delivery] : posted) {
    const auto found = waiting_.find(number);
    if (found == waiting_.end()) continue;
    const Napi::FunctionReference callback = std::move(found->second);
    waiting_.erase(found);
    if (waiting_.empty() && wake_ != nullptr) napi_unref_threadsafe_function(env, wake_);
    const Napi::HandleScope scope(env);
    delivery(env, callback.Value());
  }
}

void Courier::Close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (wake_ == nullptr) return;
  napi_release_threadsafe_function(wake_, napi_tsfn_abort);
  wake_ = nullptr;
  posted_.clear();
}

}  // namespace metatorch
