// Finds out which rank is at fault when a call fails. Gloo only says that a connection has ended,
// often that to a rank which has itself given up, and it says nothing where a rank hangs.
//
// A thread of each rank looks into the store for a failure, a few times a second, whatever the rank
// computes. The rank that fails first leaves a note there; all others then end their calls and
// answer with how far they are. Who does not answer has ended, hangs or is cut off; who answers but
// is behind is late.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/process_group.h"

namespace metatorch {

class Watch {
 public:
  // `end_calls` makes calls under way fail; it is called on the thread of the watch.
  Watch(c10::intrusive_ptr<c10d::Store> store, const GroupSettings& settings,
        std::function<void()> end_calls);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // This rank waits for the others in a call, or no longer does.
  void Enter(CallKind kind);
  void Leave();

  // The outcome of all calls, once the group has failed.
  std::optional<Outcome> Verdict();
  // Tells the others of a failure, and waits until it is known whose fault it is.
  Outcome Fail(CallKind kind, const std::string& reason);
  // As Fail, but without waiting: this rank gives up of its own accord.
  void Abort(const std::string& reason);

  // How long it may take to find out who is at fault: calls end that much before their time.
  static std::chrono::milliseconds Grace(std::chrono::milliseconds timeout);

 private:
  struct State;
  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace metatorch
