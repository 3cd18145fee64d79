// Tensors on the memory of JavaScript's own ArrayBuffers, which stay alive as long as a storage
// uses them.
#pragma once

#include <ATen/core/Tensor.h>
#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace metatorch {

class Environment;

// The buffers that tensors of one environment borrow. A storage may end on any thread and after the
// environment; a reference to a buffer is given back on the environment's own thread only, so from
// another thread ending a loan only notes that.
class BorrowedArrays : public std::enable_shared_from_this<BorrowedArrays> {
 public:
  explicit BorrowedArrays(napi_env env) : env_(env) {}

  // A storage's memory, which keeps the buffer.
  c10::DataPtr Borrow(napi_value buffer, void* data);

  // Gives back what other threads have ended.
  void Sweep();
  // The environment ends: its buffers go with it.
  void Close();

  // True while the memory of any tensor may be JavaScript's. For the environment's thread.
  bool Any() const { return !buffers_.empty(); }
  // Throws if the tensor's memory is that of a buffer that has been detached: transferred, or grown
  // by WebAssembly. Its new owner may have freed it.
  void RequireAttached(const at::Tensor& tensor) const;
  // The same for all buffers: a graph may use each of them.
  void RequireAllAttached() const;

  static bool IsBorrowed(const at::Tensor& tensor);

 private:
  struct Loan {
    std::shared_ptr<BorrowedArrays> owner;
    int64_t id;
  };

  static void End(void* loan);
  static const Loan* LoanOf(const at::Tensor& tensor);
  void Drop(int64_t id);
  void RequireAttached(const Napi::ObjectReference& buffer) const;

  const napi_env env_;
  const std::thread::id thread_ = std::this_thread::get_id();
  std::map<int64_t, Napi::ObjectReference> buffers_;
  int64_t next_ = 0;
  std::mutex mutex_;
  std::vector<int64_t> dropped_;
};

void RegisterBorrowedArrays(Napi::Object exports, Environment* self);

}  // namespace metatorch
