// A process group of c10d with Gloo, behind the interface that libmetatorch knows.
#include <ATen/ATen.h>
#include <c10/util/Logging.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include "distributed/connections.h"
#include "distributed/descriptor.h"
#include "distributed/lane.h"
#include "distributed/rendezvous.h"
#include "distributed/watch.h"

namespace metatorch {
namespace {

class Mismatch : public std::exception {
 public:
  explicit Mismatch(Outcome outcome) : outcome_(std::move(outcome)) {}
  const Outcome& outcome() const { return outcome_; }

 private:
  Outcome outcome_;
};

Outcome Destroyed() {
  return {Outcome::Problem::kFailed, "The process group has been destroyed", {}};
}

class GlooGroup : public ProcessGroup {
 public:
  explicit GlooGroup(const GroupSettings& settings) : settings_(settings) {}
  ~GlooGroup() override;

  void Submit(GroupCall call, std::function<void(Outcome)> done) override;
  void Abort(const std::string& reason) override;

 private:
  using Side = std::pair<CallKind, int>;

  Outcome Run(const GroupCall& call);
  void Perform(const GroupCall& call);
  void Join();
  void Collective(const GroupCall& call);
  void Compare(const GroupCall& call);
  void Transfer(const GroupCall& call);
  std::optional<Outcome> Over();
  void EndCalls();

  const GroupSettings settings_;
  std::atomic<bool> ends_{false};
  std::atomic<bool> joined_{false};
  std::unique_ptr<Connections> connections_;
  std::unique_ptr<Watch> watch_;
  int64_t calls_ = 0;
  std::map<Side, int64_t> transfers_;
  std::mutex abort_mutex_;
  std::string early_abort_;
  // Ended first.
  std::map<Side, std::unique_ptr<Lane>> sides_;
  std::unique_ptr<Lane> lane_ = std::make_unique<Lane>();
};

GlooGroup::~GlooGroup() {
  ends_ = true;
  EndCalls();
  sides_.clear();
  lane_.reset();
  watch_.reset();
}

void GlooGroup::Submit(GroupCall call, std::function<void(Outcome)> done) {
  Lane* lane = lane_.get();
  if (call.kind == CallKind::kSend || call.kind == CallKind::kReceive) {
    const Side side{call.kind, call.peer};
    auto& own = sides_[side];
    if (own == nullptr) {
      own = std::make_unique<Lane>();
      transfers_[side] = 0;
    }
    lane = own.get();
  }
  lane->Push([this, call = std::move(call), done = std::move(done)] { done(Run(call)); });
}

void GlooGroup::Abort(const std::string& reason) {
  const std::lock_guard<std::mutex> lock(abort_mutex_);
  if (joined_) {
    watch_->Abort(reason);
  } else if (early_abort_.empty()) {
    early_abort_ = reason;
  }
}

void GlooGroup::EndCalls() {
  if (joined_) connections_->Cut();
}

// Why there is nothing more to do in this group.
std::optional<Outcome> GlooGroup::Over() {
  if (ends_) return Destroyed();
  if (joined_) return watch_->Verdict();
  const std::lock_guard<std::mutex> lock(abort_mutex_);
  if (early_abort_.empty()) return std::nullopt;
  return Outcome{Outcome::Problem::kFailed, "The group has been aborted: " + early_abort_, {}};
}

Outcome GlooGroup::Run(const GroupCall& call) {
  std::string reason;
  try {
    if (const auto over = Over()) return *over;
    Perform(call);
    return {};
  } catch (const Mismatch& mismatch) {
    return mismatch.outcome();
  } catch (const c10::Error& error) {
    reason = error.what_without_backtrace();
  } catch (const std::exception& error) {
    reason = error.what();
  }
  if (const auto over = Over()) return *over;
  if (!joined_) return {Outcome::Problem::kFailed, reason, {}};
  return watch_->Fail(call.kind, reason);
}

void GlooGroup::Perform(const GroupCall& call) {
  switch (call.kind) {
    case CallKind::kJoin:
      return Join();
    case CallKind::kSend:
    case CallKind::kReceive:
      return Transfer(call);
    default:
      return Collective(call);
  }
}

void GlooGroup::Join() {
  if (joined_) return;
  Rendezvous rendezvous(settings_, [this] { return Over().has_value(); });
  if (const auto problem = rendezvous.Meet()) throw Mismatch(*problem);
  const std::chrono::milliseconds per_call =
      settings_.timeout - 2 * Watch::Grace(settings_.timeout) + Watch::Grace(settings_.timeout) / 2;
  connections_ = std::make_unique<Connections>(rendezvous.StoreOfGloo(), settings_, per_call);
  watch_ = std::make_unique<Watch>(rendezvous.StoreOfWatch(), settings_, [this] { EndCalls(); });
  const std::lock_guard<std::mutex> lock(abort_mutex_);
  joined_ = true;
  if (!early_abort_.empty()) watch_->Abort(early_abort_);
}

void GlooGroup::Collective(const GroupCall& call) {
  watch_->Enter(call.kind);
  if (settings_.checked_calls > calls_++) Compare(call);
  connections_->Collective(call);
  watch_->Leave();
}

void GlooGroup::Compare(const GroupCall& call) {
  const std::vector<Descriptor> all = connections_->Exchange(Describe(call));
  if (auto problem = FindMismatch(all, settings_.ranks)) {
    watch_->Leave();
    throw Mismatch(*problem);
  }
}

void GlooGroup::Transfer(const GroupCall& call) {
  const bool sends = call.kind == CallKind::kSend;
  if (settings_.checked_calls > transfers_.at({call.kind, call.peer})++) {
    const Descriptor own = Describe(call);
    const Descriptor other = connections_->ExchangeWith(call, own);
    const auto peer = static_cast<size_t>(call.peer);
    const auto self = static_cast<size_t>(settings_.rank);
    const auto problem =
        sends ? FindMismatch({own, other}, {settings_.ranks[self], settings_.ranks[peer]})
              : FindMismatch({other, own}, {settings_.ranks[peer], settings_.ranks[self]});
    if (problem) throw Mismatch(*problem);
  }
  connections_->Transfer(call);
}

}  // namespace
}  // namespace metatorch

extern "C" __attribute__((visibility("default"))) void metatorch_make_process_group(
    const metatorch::GroupSettings& settings, std::unique_ptr<metatorch::ProcessGroup>& group) {
  // What c10d writes to standard error while it tries again is not for users: what fails is thrown.
  // A user's own choice is left alone.
  static std::once_flag once;
  std::call_once(once, [] {
    setenv("TORCH_CPP_LOG_LEVEL", "FATAL", 0);
    c10::initLogging();
  });
  group = std::make_unique<metatorch::GlooGroup>(settings);
}
