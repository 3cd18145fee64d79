#include "distributed/connections.h"

#include <ATen/ATen.h>
#include <gloo/transport/pair.h>

#include <algorithm>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <utility>

namespace metatorch {
namespace {

// Of the two messages that come before a transfer. Tags of callers are smaller.
constexpr int kHeaderTag = 1 << 28;
constexpr int kAnswerTag = 1 << 29;

c10d::ReduceOp ReductionOf(const std::string& name) {
  if (name == "product") return c10d::ReduceOp::PRODUCT;
  if (name == "min") return c10d::ReduceOp::MIN;
  if (name == "max") return c10d::ReduceOp::MAX;
  // Gloo has no mean: its sum is divided.
  return c10d::ReduceOp::SUM;
}

void Divide(const at::Tensor& tensor, const std::string& reduction, int size) {
  if (reduction == "avg") tensor.div_(size);
}

at::Tensor ToTensor(const Descriptor& one) {
  at::Tensor tensor = at::empty({static_cast<int64_t>(kDescriptorLength)}, at::kLong);
  std::copy(one.begin(), one.end(), tensor.data_ptr<int64_t>());
  return tensor;
}

Descriptor FromTensor(const at::Tensor& tensor) {
  Descriptor one{};
  std::copy_n(tensor.data_ptr<int64_t>(), kDescriptorLength, one.begin());
  return one;
}

c10::intrusive_ptr<c10d::ProcessGroupGloo::Options> OptionsOf(const GroupSettings& settings,
                                                              std::chrono::milliseconds timeout) {
  if (settings.address.empty()) return c10d::ProcessGroupGloo::Options::create_default(timeout);
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(
      c10d::ProcessGroupGloo::createDeviceForHostname(settings.address, false));
  return options;
}

}  // namespace

class Connections::Gloo : public c10d::ProcessGroupGloo {
 public:
  using ProcessGroupGloo::ProcessGroupGloo;

  void Cut(const std::string& reason) {
    for (const auto& context : contexts_) {
      for (int peer = 0; peer < getSize(); ++peer) {
        const auto& pair = context->getPair(peer);
        // Of Gloo's transports only TCP, with or without TLS, is part of libtorch.
        if (peer != getRank() && pair != nullptr) {
          static_cast<::gloo::transport::tcp::Pair*>(pair.get())->signalExceptionExternal(reason);
        }
      }
    }
  }
};

Connections::Connections(c10::intrusive_ptr<c10d::Store> store, const GroupSettings& settings,
                         std::chrono::milliseconds timeout)
    : size_(static_cast<int>(settings.ranks.size())),
      timeout_(timeout),
      gloo_(c10::make_intrusive<Gloo>(std::move(store), settings.rank, size_,
                                      OptionsOf(settings, timeout))) {}

Connections::~Connections() = default;

void Connections::Cut() { gloo_->Cut("The group has ended"); }

void Connections::Collective(const GroupCall& call) {
  const bool is_empty = !call.outputs.empty() && call.outputs.front().numel() == 0;
  if (is_empty) return;
  switch (call.kind) {
    case CallKind::kAllReduce:
      return AllReduce(call);
    case CallKind::kAllGather:
      return AllGather(call.inputs, call.outputs);
    case CallKind::kBroadcast:
      return Broadcast(call);
    case CallKind::kReduceScatter:
      return ReduceScatter(call);
    default:
      return Barrier();
  }
}

void Connections::AllReduce(const GroupCall& call) {
  c10d::AllreduceOptions options;
  options.reduceOp = ReductionOf(call.reduction);
  options.timeout = timeout_;
  std::vector<at::Tensor> tensors = call.outputs;
  std::unique_lock<std::mutex> lock(mutex_);
  const auto work = gloo_->allreduce(tensors, options);
  lock.unlock();
  work->wait();
  Divide(call.outputs.front(), call.reduction, size_);
}

void Connections::AllGather(const std::vector<at::Tensor>& inputs,
                            const std::vector<at::Tensor>& outputs) {
  c10d::AllgatherOptions options;
  options.timeout = timeout_;
  std::vector<at::Tensor> own = inputs;
  std::vector<std::vector<at::Tensor>> all{outputs};
  std::unique_lock<std::mutex> lock(mutex_);
  const auto work = gloo_->allgather(all, own, options);
  lock.unlock();
  work->wait();
}

void Connections::Broadcast(const GroupCall& call) {
  c10d::BroadcastOptions options;
  options.rootRank = call.peer;
  options.timeout = timeout_;
  std::vector<at::Tensor> tensors = call.outputs;
  std::unique_lock<std::mutex> lock(mutex_);
  const auto work = gloo_->broadcast(tensors, options);
  lock.unlock();
  work->wait();
}

void Connections::ReduceScatter(const GroupCall& call) {
  c10d::ReduceScatterOptions options;
  options.reduceOp = ReductionOf(call.reduction);
  options.timeout = timeout_;
  std::vector<at::Tensor> outputs = call.outputs;
  std::vector<std::vector<at::Tensor>> inputs{call.inputs};
  std::unique_lock<std::mutex> lock(mutex_);
  const auto work = gloo_->reduce_scatter(outputs, inputs, options);
  lock.unlock();
  work->wait();
  Divide(call.outputs.front(), call.reduction, size_);
}

void Connections::Barrier() {
  c10d::BarrierOptions options;
  options.timeout = timeout_;
  std::unique_lock<std::mutex> lock(mutex_);
  const auto work = gloo_->barrier(options);
  lock.unlock();
  work->wait();
}

void Connections::Transfer(const GroupCall& call) {
  if (call.kind == CallKind::kSend) {
    Send(call.inputs.front(), call.peer, call.tag);
  } else {
    Receive(call.outputs.front(), call.peer, call.tag);
  }
}

void Connections::Send(at::Tensor tensor, int peer, int tag) {
  if (tensor.numel() == 0) return;
  std::vector<at::Tensor> tensors{std::move(tensor)};
  std::unique_lock<std::mutex> lock(mutex_);
  const auto work = gloo_->send(tensors, peer, tag);
  lock.unlock();
  work->wait(timeout_);
}

void Connections::Receive(at::Tensor tensor, int peer, int tag) {
  if (tensor.numel() == 0) return;
  std::vector<at::Tensor> tensors{std::move(tensor)};
  std::unique_lock<std::mutex> lock(mutex_);
  const auto work = gloo_->recv(tensors, peer, tag);
  lock.unlock();
  work->wait(timeout_);
}

std::vector<Descriptor> Connections::Exchange(const Descriptor& own) {
  std::vector<at::Tensor> outputs;
  for (int i = 0; i < size_; ++i) outputs.push_back(ToTensor({}));
  AllGather({ToTensor(own)}, outputs);
  std::vector<Descriptor> all;
  for (const at::Tensor& one : outputs) all.push_back(FromTensor(one));
  return all;
}

Descriptor Connections::ExchangeWith(const GroupCall& call, const Descriptor& own) {
  const bool sends = call.kind == CallKind::kSend;
  const at::Tensor theirs = ToTensor({});
  if (sends) Send(ToTensor(own), call.peer, call.tag | kHeaderTag);
  Receive(theirs, call.peer, call.tag | (sends ? kAnswerTag : kHeaderTag));
  if (!sends) Send(ToTensor(own), call.peer, call.tag | kAnswerTag);
  return FromTensor(theirs);
}

}  // namespace metatorch
