// Waiting for a condition, without the functions of std::condition_variable that ask for a newer
// glibc or libstdc++ than libtorch does: `wait`, and those that measure by the steady clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace metatorch {

// Waits until `holds()`, but not longer than `time`: whether it holds.
template <typename Holds>
bool WaitFor(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
             std::chrono::milliseconds time, Holds holds) {
  using std::chrono::steady_clock;
  using std::chrono::system_clock;
  const auto deadline = steady_clock::now() + time;
  while (!holds()) {
    const steady_clock::duration left = deadline - steady_clock::now();
    if (left <= steady_clock::duration::zero()) return false;
    // In pieces, as somebody may set the system's clock meanwhile.
    const steady_clock::duration piece =
        std::min<steady_clock::duration>(left, std::chrono::seconds(1));
    changed.wait_until(lock, system_clock::now() + piece);
  }
  return true;
}

}  // namespace metatorch
