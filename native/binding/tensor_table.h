// The tensors and generators of one environment behind integer handles. A handle is an index that
// exactly one JavaScript object owns; a released index is used again.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "binding/error.h"
#include "memory/borrowed_arrays.h"

namespace metatorch {

template <typename T>
class HandleTable {
 public:
  int32_t Insert(T value) {
    if (free_.empty()) {
      values_.push_back(std::move(value));
      return static_cast<int32_t>(values_.size() - 1);
    }
    const int32_t handle = free_.back();
    free_.pop_back();
    values_[static_cast<size_t>(handle)] = std::move(value);
    return handle;
  }

  T& At(int32_t handle) {
    if (!Holds(handle)) throw DisposedError::OfHandle(handle);
    return values_[static_cast<size_t>(handle)];
  }

  // Releasing twice is harmless.
  void Release(int32_t handle) {
    if (!Holds(handle)) return;
    values_[static_cast<size_t>(handle)] = T();
    free_.push_back(handle);
  }

  size_t Live() const { return values_.size() - free_.size(); }
  const std::vector<T>& Values() const { return values_; }

  bool Holds(int32_t handle) const {
    return handle >= 0 && static_cast<size_t>(handle) < values_.size() &&
           values_[static_cast<size_t>(handle)].defined();
  }

 private:
  std::vector<T> values_;
  std::vector<int32_t> free_;
};

struct MemoryUse {
  size_t tensors;
  size_t bytes;
};

class TensorTable {
 public:
  explicit TensorTable(std::shared_ptr<const BorrowedArrays> borrowed)
      : borrowed_(std::move(borrowed)) {}

  int32_t Insert(at::Tensor tensor);
  at::Tensor& At(int32_t handle) {
    at::Tensor& tensor = table_.At(handle).tensor;
    if (borrowed_->Any()) [[unlikely]]
      borrowed_->RequireAttached(tensor);
    return tensor;
  }
  // Returns the bytes made for the handle that live on, in views or as what a graph has saved.
  int64_t Release(int32_t handle);
  // From now on no scope releases the handle: what it holds counts as what collecting garbage may
  // free. The end of a graph holds what was saved on the way, of `released` bytes at most that
  // scopes have released and that live on. Returns how many of these are left for others.
  int64_t LeaveToCollector(int32_t handle, int64_t released);

  size_t Live() const { return table_.Live(); }
  // Of each of the handles, the first `wanted` of which name tensors to be overwritten, whether its
  // memory may be: it is then contiguous, and shown by nothing but handles of this list, and by one
  // of the wanted.
  std::vector<bool> Overwritable(const std::vector<int32_t>& handles, size_t wanted) const;
  // Live tensors and the bytes of their storages, and of those of the tensors held elsewhere, each
  // storage counted once.
  MemoryUse Measure(const std::vector<at::Tensor>& held) const;
  // Change, since the last call, in the bytes that collecting garbage could free, to be told to V8.
  int64_t TakeByteDelta();

 private:
  struct Entry {
    at::Tensor tensor;
    // Of its storage if that was made for it, 0 if it shows another's.
    int64_t made = 0;
    // If it is left to the collector: what it counts for, beside the storage that it holds.
    int64_t counted = 0;
    const c10::StorageImpl* held = nullptr;
    bool defined() const { return tensor.defined(); }
  };
  // A storage that handles hold which are left to the collector.
  struct Held {
    int64_t bytes = 0;
    int64_t handles = 0;
  };

  void Hold(const c10::StorageImpl* storage, int64_t bytes);
  void LetGo(const c10::StorageImpl* storage);

  const std::shared_ptr<const BorrowedArrays> borrowed_;
  HandleTable<Entry> table_;
  std::unordered_map<const c10::StorageImpl*, Held> held_;
  int64_t byte_delta_ = 0;
};

using GeneratorTable = HandleTable<at::Generator>;

}  // namespace metatorch
