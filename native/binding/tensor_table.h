// The tensors and generators of one environment behind integer handles. A handle is an index that
// exactly one JavaScript object owns; a released index is used again.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
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
  // Returns the bytes that the handle counted for.
  int64_t Release(int32_t handle);
  // From now on no scope releases the handle: its bytes count as what collecting garbage may free.
  // A view holds its whole storage as well, and the end of a graph what was saved on the way: both
  // were counted for handles that a scope has released, of `released` bytes in all. Returns how
  // many of these are left for others.
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
    // What it counts for: the storage's bytes only on the handle that first held it, not on views,
    // which is a count without a lookup.
    int64_t bytes = 0;
    bool collectable = false;
    bool defined() const { return tensor.defined(); }
  };

  const std::shared_ptr<const BorrowedArrays> borrowed_;
  HandleTable<Entry> table_;
  int64_t byte_delta_ = 0;
};

using GeneratorTable = HandleTable<at::Generator>;

}  // namespace metatorch
