#include "distributed/watch.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "distributed/descriptor.h"
#include "distributed/waiting.h"

namespace metatorch {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kFailure = "failure";
constexpr const char* kAborted = "abort";
constexpr const char* kBroken = "broken";

std::string KeyOf(const char* what, int rank) {
  return std::string(what) + "/" + std::to_string(rank);
}

// How far a rank is: calls begun, and whether it waits in the last of them.
struct Progress {
  int64_t calls = 0;
  bool waits = false;
};

std::string Write(const Progress& progress) {
  return std::to_string(progress.calls) + " " + (progress.waits ? "1" : "0");
}

Progress ReadProgress(const std::string& text) {
  Progress progress;
  std::istringstream(text) >> progress.calls >> progress.waits;
  return progress;
}

std::string Seconds(milliseconds time) {
  std::ostringstream text;
  text << static_cast<double>(time.count()) / 1000.0 << " s";
  return text.str();
}

std::string NamesOf(const std::vector<int64_t>& ranks) {
  std::string text = ranks.size() == 1 ? "Rank " : "Ranks ";
  for (size_t i = 0; i < ranks.size(); ++i) {
    if (i > 0) text += i + 1 == ranks.size() ? " and " : ", ";
    text += std::to_string(ranks[i]);
  }
  return text;
}

const char* Verb(const std::vector<int64_t>& ranks, const char* of_one, const char* of_several) {
  return ranks.size() == 1 ? of_one : of_several;
}

}  // namespace

// Shared with the thread, which a store that does not answer may hold for longer than the group
// lives.
struct Watch::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> end_calls;
  bool ends = false;
  Progress progress;
  const char* waits_in = "a call";
  // What this rank has to say of a failure of its own: kind, then words.
  std::optional<std::pair<std::string, std::string>> report;
  std::optional<Outcome> verdict;

  c10::intrusive_ptr<c10d::Store> store;
  int rank = 0;
  std::vector<int64_t> ranks;
  milliseconds timeout{0};
  milliseconds grace{0};

  void Run();
  bool FailureIsThere();
  std::string FirstReport();
  Outcome Judge();
  Outcome JudgeAnswers(const std::string& first, const std::vector<int>& silent,
                       const std::vector<std::pair<int, Progress>>& answers);
  Outcome StoreIsLost(const std::string& why);
  std::optional<Outcome> Wait(std::unique_lock<std::mutex>& lock);
};

milliseconds Watch::Grace(milliseconds timeout) {
  return std::min(milliseconds(2000), timeout / 4);
}

Watch::Watch(c10::intrusive_ptr<c10d::Store> store, const GroupSettings& settings,
             std::function<void()> end_calls)
    : state_(std::make_shared<State>()) {
  state_->store = std::move(store);
  state_->rank = settings.rank;
  state_->ranks = settings.ranks;
  state_->timeout = settings.timeout;
  state_->grace = Grace(settings.timeout);
  state_->end_calls = std::move(end_calls);
  thread_ = std::thread([state = state_] { state->Run(); });
}

Watch::~Watch() {
  {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->ends = true;
    state_->end_calls = nullptr;
  }
  state_->changed.notify_all();
  // Waits for what the thread says to the store, unless the store is gone.
  std::unique_lock<std::mutex> lock(state_->mutex);
  const bool ended = WaitFor(state_->changed, lock, milliseconds(500),
                             [this] { return state_->store == nullptr; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void Watch::Enter(CallKind kind) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->progress.calls++;
  state_->progress.waits = true;
  state_->waits_in = NameOf(kind);
}

void Watch::Leave() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->progress.waits = false;
}

std::optional<Outcome> Watch::Verdict() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->verdict;
}

Outcome Watch::Fail(CallKind kind, const std::string& reason) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  if (!state_->report) state_->report = {kBroken, std::string(NameOf(kind)) + ": " + reason};
  state_->changed.notify_all();
  // Longer than the grace: where the store is at fault, nobody answers.
  const bool judged =
      WaitFor(state_->changed, lock, state_->grace + state_->grace / 2 + milliseconds(50),
              [this] { return state_->verdict.has_value() || state_->ends; });
  if (state_->verdict) return *state_->verdict;
  if (!judged) state_->verdict = state_->StoreIsLost("it does not answer");
  return state_->verdict.value_or(
      Outcome{Outcome::Problem::kFailed, "The process group has been destroyed", {}});
}

void Watch::Abort(const std::string& reason) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (!state_->report) state_->report = {kAborted, reason};
  state_->changed.notify_all();
}

void Watch::State::Run() {
  const milliseconds pause = std::clamp(grace / 4, milliseconds(20), milliseconds(500));
  bool reachable = true;
  std::unique_lock<std::mutex> lock(mutex);
  while (!ends && !report) {
    WaitFor(changed, lock, pause, [this] { return ends || report.has_value(); });
    if (ends || report || !reachable) continue;
    lock.unlock();
    try {
      if (FailureIsThere()) {
        lock.lock();
        break;
      }
    } catch (const std::exception&) {
      // The rank with the store may have ended after its work. It matters once a call fails.
      reachable = false;
    }
    lock.lock();
  }
  const bool failed = !ends;
  lock.unlock();
  std::optional<Outcome> outcome;
  try {
    if (failed) {
      outcome = Judge();
    } else {
      store->set(KeyOf("left", rank), std::string("1"));
    }
  } catch (const std::exception& error) {
    outcome = StoreIsLost(error.what());
  }
  lock.lock();
  if (outcome && !verdict) verdict = std::move(outcome);
  if (end_calls) end_calls();
  store = nullptr;
  changed.notify_all();
}

bool Watch::State::FailureIsThere() { return store->check({kFailure}); }

// The first failure of all, which this rank's becomes if there is none yet: rank, kind, words.
std::string Watch::State::FirstReport() {
  std::string own;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (report) own = std::to_string(rank) + " " + report->first + " " + report->second;
  }
  return own.empty() ? store->get_to_str(kFailure) : store->compareSet(kFailure, "", own);
}

Outcome Watch::State::Judge() {
  const Clock::time_point deadline = Clock::now() + grace;
  const std::string first = FirstReport();
  Progress own;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    own = progress;
    // What waits here is over.
    if (end_calls) end_calls();
  }
  store->set(KeyOf("alive", rank), Write(own));
  std::vector<std::pair<int, Progress>> answers{{rank, own}};
  std::vector<int> silent;
  for (int i = 0; i < static_cast<int>(ranks.size()); ++i) {
    if (i != rank) silent.push_back(i);
  }
  const milliseconds pause = std::clamp(grace / 20, milliseconds(5), milliseconds(100));
  while (true) {
    const auto heard = std::partition(silent.begin(), silent.end(),
                                      [this](int i) { return !store->check({KeyOf("alive", i)}); });
    for (auto i = heard; i != silent.end(); ++i) {
      answers.emplace_back(*i, ReadProgress(store->get_to_str(KeyOf("alive", *i))));
    }
    silent.erase(heard, silent.end());
    if (silent.empty() || Clock::now() >= deadline) break;
    std::unique_lock<std::mutex> lock(mutex);
    if (WaitFor(changed, lock, pause, [this] { return ends; })) break;
  }
  std::sort(silent.begin(), silent.end());
  return JudgeAnswers(first, silent, answers);
}

Outcome Watch::State::JudgeAnswers(const std::string& first, const std::vector<int>& silent,
                                   const std::vector<std::pair<int, Progress>>& answers) {
  std::istringstream report_of(first);
  int reporter = 0;
  std::string kind;
  std::string words;
  report_of >> reporter >> kind;
  std::getline(report_of >> std::ws, words);
  const auto named = [this](int i) { return ranks[static_cast<size_t>(i)]; };
  Outcome outcome{Outcome::Problem::kFailed, "", {}};
  if (kind == kAborted) {
    outcome.ranks = {named(reporter)};
    outcome.message = NamesOf(outcome.ranks) + " has aborted the group: " + words;
    return outcome;
  }
  std::vector<int64_t> left;
  for (const int i : silent) {
    // Ranks of other programs, such as PyTorch's own, take no part in the watch.
    if (!store->check({KeyOf("member", i)})) continue;
    (store->check({KeyOf("left", i)}) ? left : outcome.ranks).push_back(named(i));
  }
  if (!outcome.ranks.empty()) {
    outcome.message =
        NamesOf(outcome.ranks) +
        Verb(outcome.ranks, " does not answer: its process has ended, hangs or is cut off",
             " do not answer: their processes have ended, hang or are cut off");
    return outcome;
  }
  if (!left.empty()) {
    outcome.ranks = left;
    outcome.message = NamesOf(left) + Verb(left, " has", " have") +
                      " left the group while others waited in " + words;
    return outcome;
  }
  int64_t most = 0;
  for (const auto& [i, progress] : answers) most = std::max(most, progress.calls);
  for (const auto& [i, progress] : answers) {
    if (progress.calls < most) outcome.ranks.push_back(named(i));
  }
  std::sort(outcome.ranks.begin(), outcome.ranks.end());
  outcome.message = outcome.ranks.empty()
                        ? words
                        : NamesOf(outcome.ranks) +
                              Verb(outcome.ranks, " has not come", " have not come") + " to call " +
                              std::to_string(most) + " of the group within " + Seconds(timeout) +
                              ", but still runs";
  return outcome;
}

Outcome Watch::State::StoreIsLost(const std::string& why) {
  return {
      Outcome::Problem::kFailed,
      "Rank " + std::to_string(ranks.front()) +
          ", or whoever holds the store by which the ranks find each other, cannot be reached: " +
          why.substr(0, why.find('\n')),
      {ranks.front()}};
}

}  // namespace metatorch
