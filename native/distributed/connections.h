// Gloo's connections to the other ranks of a group, and the calls on them, each of which waits
// until it is done.
#pragma once

#include <memory>
#include <mutex>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

#include "distributed/descriptor.h"
#include "distributed/process_group.h"

namespace metatorch {

class Connections {
 public:
  Connections(c10::intrusive_ptr<c10d::Store> store, const GroupSettings& settings,
              std::chrono::milliseconds timeout);
  ~Connections();

  void Collective(const GroupCall& call);
  void Transfer(const GroupCall& call);
  // The descriptors of all ranks.
  std::vector<Descriptor> Exchange(const Descriptor& own);
  // The descriptor of the other side of a transfer.
  Descriptor ExchangeWith(const GroupCall& call, const Descriptor& own);
  // Makes all calls fail, from any thread.
  void Cut();

 private:
  class Gloo;

  void AllReduce(const GroupCall& call);
  void AllGather(const std::vector<at::Tensor>& inputs, const std::vector<at::Tensor>& outputs);
  void Broadcast(const GroupCall& call);
  void ReduceScatter(const GroupCall& call);
  void Barrier();
  void Send(at::Tensor tensor, int peer, int tag);
  void Receive(at::Tensor tensor, int peer, int tag);

  const int size_;
  const std::chrono::milliseconds timeout_;
  // Starting calls is not made for several threads.
  std::mutex mutex_;
  c10::intrusive_ptr<Gloo> gloo_;
};

}  // namespace metatorch
