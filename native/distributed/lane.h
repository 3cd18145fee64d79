// A thread that does one piece of work after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "distributed/waiting.h"

namespace metatorch {

class Lane {
 public:
  Lane() : thread_([this] { Run(); }) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // After the work that is there.
  ~Lane() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ends_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  void Push(std::function<void()> work) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.push_back(std::move(work));
    }
    changed_.notify_one();
  }

 private:
  void Run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      const bool woken = WaitFor(changed_, lock, std::chrono::hours(1),
                                 [this] { return ends_ || !queue_.empty(); });
      if (!woken) continue;
      if (queue_.empty()) return;
      const std::function<void()> work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool ends_ = false;
  // Last, as it uses the others.
  std::thread thread_;
};

}  // namespace metatorch
