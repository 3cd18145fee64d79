#include "autograd/callbacks/node_table.h"

#include <algorithm>

namespace metatorch {

int64_t NodeTable::Add(const NodePtr& node) {
  const auto found = ids_.find(node.get());
  // Another operator may be where a freed one was.
  if (found != ids_.end() && At(found->second)) return found->second;
  if (entries_.size() >= sweep_at_) Sweep();
  ids_[node.get()] = next_;
  entries_.emplace(next_, Entry{node.get(), WeakNode(node)});
  return next_++;
}

NodePtr NodeTable::At(int64_t id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? NodePtr() : found->second.node.lock();
}

void NodeTable::Sweep() {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto& [id, held] = *entry;
    if (held.node.lock()) {
      ++entry;
      continue;
    }
    const auto own = ids_.find(held.address);
    if (own != ids_.end() && own->second == id) ids_.erase(own);
    entry = entries_.erase(entry);
  }
  sweep_at_ = std::max(kLeast, 2 * entries_.size());
}

}  // namespace metatorch
