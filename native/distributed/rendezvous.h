// Where the ranks of a group find each other, before they are connected.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/process_group.h"

namespace metatorch {

class Rendezvous {
 public:
  // `is_over` says that there is no use in waiting any longer.
  Rendezvous(const GroupSettings& settings, std::function<bool()> is_over);

  // Waits for all ranks: what is wrong, if they do not come, or not with the same options.
  std::optional<Outcome> Meet();
  // Under the names that PyTorch's own initialization uses, so that its ranks join as well.
  c10::intrusive_ptr<c10d::Store> StoreOfGloo() const;
  // With a connection of its own.
  c10::intrusive_ptr<c10d::Store> StoreOfWatch() const;

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  c10::intrusive_ptr<c10d::Store> Open() const;
  c10::intrusive_ptr<c10d::Store> Own(const c10::intrusive_ptr<c10d::Store>& store) const;
  bool Comes(c10d::Store& store, const std::string& key) const;
  std::string Facts() const;

  const GroupSettings& settings_;
  const std::function<bool()> is_over_;
  const Deadline deadline_;
  const c10::intrusive_ptr<c10d::Store> store_;
};

}  // namespace metatorch
