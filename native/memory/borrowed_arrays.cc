#include "memory/borrowed_arrays.h"

#include <utility>

#include "binding/convert.h"
#include "memory/bytes.h"

namespace metatorch {
namespace {

// shareBytes(data, dtype, shape): a CPU tensor on the array's own memory.
napi_value ShareBytes(Call& call) {
  call.operator_name = "tensor";
  const c10::ScalarType dtype = ParseDtype(StringArgument(call, 1));
  // Reading an array may run JavaScript, which may take the memory of the bytes away: they come
  // last.
  const std::vector<int64_t> shape = IntsArgument(call, 2);
  const Bytes bytes = BytesArgument(call, 0);
  bool detached = false;
  // A SharedArrayBuffer is never detached, and no error.
  Check(napi_is_detached_arraybuffer(call.env, bytes.buffer, &detached));
  if (detached) throw ArgumentError("Expected data whose ArrayBuffer has not been detached");
  RequireSize(bytes.length, dtype, shape);
  const size_t width = c10::elementSize(dtype);
  if (reinterpret_cast<uintptr_t>(bytes.data) % width != 0) {
    throw ArgumentError("Expected data that starts at a multiple of " + std::to_string(width) +
                        " bytes");
  }
  c10::DataPtr memory = call.self.borrowed->Borrow(bytes.buffer, bytes.data);
  return FromTensor(call, TensorOn(std::move(memory), bytes.length, dtype, shape));
}

}  // namespace

c10::DataPtr BorrowedArrays::Borrow(napi_value buffer, void* data) {
  Sweep();
  const int64_t id = next_++;
  auto loan = std::make_unique<Loan>(Loan{shared_from_this(), id});
  buffers_[id] = Napi::Persistent(Napi::Object(env_, buffer));
  return {data, loan.release(), &BorrowedArrays::End, c10::Device(c10::kCPU)};
}

void BorrowedArrays::End(void* context) {
  const std::unique_ptr<Loan> loan(static_cast<Loan*>(context));
  loan->owner->Drop(loan->id);
}

void BorrowedArrays::Drop(int64_t id) {
  if (std::this_thread::get_id() == thread_) {
    buffers_.erase(id);
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped_.push_back(id);
}

void BorrowedArrays::Sweep() {
  if (buffers_.empty()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const int64_t id : dropped_) buffers_.erase(id);
  dropped_.clear();
}

void BorrowedArrays::Close() { buffers_.clear(); }

const BorrowedArrays::Loan* BorrowedArrays::LoanOf(const at::Tensor& tensor) {
  const c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
  if (!impl->has_storage()) return nullptr;
  return impl->unsafe_storage().data_ptr().cast_context<Loan>(&BorrowedArrays::End);
}

bool BorrowedArrays::IsBorrowed(const at::Tensor& tensor) { return LoanOf(tensor) != nullptr; }

void BorrowedArrays::RequireAttached(const Napi::ObjectReference& buffer) const {
  bool detached = false;
  Check(napi_is_detached_arraybuffer(env_, buffer.Value(), &detached));
  if (detached) {
    throw DisposedError("The ArrayBuffer that the tensor shares its memory with has been detached");
  }
}

void BorrowedArrays::RequireAttached(const at::Tensor& tensor) const {
  // Sparse tensors and those inside vmap wrap others, whose storages they do not show.
  if (!tensor.unsafeGetTensorImpl()->has_storage()) return RequireAllAttached();
  const Loan* loan = LoanOf(tensor);
  if (loan == nullptr) return;
  const auto buffer = buffers_.find(loan->id);
  if (buffer != buffers_.end()) RequireAttached(buffer->second);
}

void BorrowedArrays::RequireAllAttached() const {
  for (const auto& [id, buffer] : buffers_) RequireAttached(buffer);
}

void RegisterBorrowedArrays(Napi::Object exports, Environment* self) {
  Register<ShareBytes>(exports, "shareBytes", self);
}

}  // namespace metatorch
