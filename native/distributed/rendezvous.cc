#include "distributed/rendezvous.h"

#include <algorithm>
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>

namespace metatorch {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long one attempt waits: so long it takes to notice that the group is no longer wanted.
constexpr milliseconds kAttempt{500};

std::string MemberKey(size_t rank) { return "member/" + std::to_string(rank); }

}  // namespace

Rendezvous::Rendezvous(const GroupSettings& settings, std::function<bool()> is_over)
    : settings_(settings),
      is_over_(std::move(is_over)),
      deadline_(steady_clock::now() + settings.timeout),
      store_(Open()) {}

c10::intrusive_ptr<c10d::Store> Rendezvous::Open() const {
  const auto size = settings_.ranks.size();
  if (!settings_.file.empty()) {
    auto store = c10::make_intrusive<c10d::FileStore>(settings_.file, static_cast<int>(size));
    store->setTimeout(settings_.timeout);
    return store;
  }
  c10d::TCPStoreOptions options;
  options.port = settings_.port;
  options.isServer = settings_.serves;
  options.numWorkers = size;
  // The server would wait here, and could not say for whom.
  options.waitWorkers = !settings_.serves;
  options.multiTenant = true;
  options.timeout = std::min(kAttempt * 4, settings_.timeout);
  while (true) {
    try {
      auto store = c10::make_intrusive<c10d::TCPStore>(settings_.host, options);
      store->setTimeout(settings_.timeout);
      return store;
    } catch (const std::exception&) {
      if (settings_.serves || is_over_() || steady_clock::now() >= deadline_) throw;
    }
  }
}

c10::intrusive_ptr<c10d::Store> Rendezvous::Own(
    const c10::intrusive_ptr<c10d::Store>& store) const {
  return c10::make_intrusive<c10d::PrefixStore>("metatorch/" + settings_.name, store);
}

c10::intrusive_ptr<c10d::Store> Rendezvous::StoreOfGloo() const {
  c10::intrusive_ptr<c10d::Store> store = store_;
  for (const std::string& prefix :
       {std::string("default_pg"), settings_.name + "/", std::string("cpu/")}) {
    store = c10::make_intrusive<c10d::PrefixStore>(prefix, store);
  }
  return store;
}

c10::intrusive_ptr<c10d::Store> Rendezvous::StoreOfWatch() const { return Own(store_->clone()); }

std::string Rendezvous::Facts() const {
  return "size " + std::to_string(settings_.ranks.size()) + ", checks " +
         std::to_string(settings_.checked_calls);
}

bool Rendezvous::Comes(c10d::Store& store, const std::string& key) const {
  while (!store.check({key})) {
    if (is_over_() || steady_clock::now() >= deadline_) return false;
    try {
      store.wait({key}, kAttempt);
    } catch (const std::exception&) {
      // Not yet.
    }
  }
  return true;
}

std::optional<Outcome> Rendezvous::Meet() {
  const auto own = Own(store_);
  const auto rank = static_cast<size_t>(settings_.rank);
  const int64_t self = settings_.ranks[rank];
  if (own->add("joined/" + std::to_string(rank), 1) != 1) {
    return Outcome{Outcome::Problem::kMismatch,
                   "Expected each rank once, and a store that no other group has used, but rank " +
                       std::to_string(self) + " has joined already",
                   {self}};
  }
  own->set(MemberKey(rank), Facts());
  // Without checks the others may be ranks of PyTorch's own, which say nothing here; Gloo waits for
  // them.
  if (settings_.checked_calls == 0) return std::nullopt;
  std::vector<int64_t> missing;
  for (size_t i = 0; i < settings_.ranks.size(); ++i) {
    if (!Comes(*own, MemberKey(i))) {
      missing.push_back(settings_.ranks[i]);
      continue;
    }
    const std::string theirs = own->get_to_str(MemberKey(i));
    if (theirs != Facts()) {
      return Outcome{Outcome::Problem::kMismatch,
                     "Expected the same options on all ranks but received " + Facts() +
                         " on rank " + std::to_string(self) + " and " + theirs + " on rank " +
                         std::to_string(settings_.ranks[i]),
                     {settings_.ranks[i]}};
    }
  }
  if (missing.empty()) return std::nullopt;
  std::string names;
  for (const int64_t i : missing) names += (names.empty() ? "" : ", ") + std::to_string(i);
  return Outcome{Outcome::Problem::kFailed,
                 "Of " + std::to_string(settings_.ranks.size()) +
                     " ranks these have not joined within " +
                     std::to_string(settings_.timeout.count()) + " ms: " + names,
                 missing};
}

}  // namespace metatorch
