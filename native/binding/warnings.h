// What libtorch warns of, on its way to JavaScript.
#pragma once

#include <c10/util/Exception.h>

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace metatorch {

// The warnings of one environment's thread, one of a kind. They are kept until the call in which
// they came is over, since libtorch may hold a lock while it warns. What other threads of libtorch
// do in backward is told to the thread that waits for them.
class Warnings : public c10::WarningHandler {
 public:
  Warnings() { c10::WarningUtils::set_warning_handler(this); }
  ~Warnings() override {
    // Another copy of the library in this thread may have come after.
    if (c10::WarningUtils::get_warning_handler() == this) {
      c10::WarningUtils::set_warning_handler(nullptr);
    }
  }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;

  void process(const c10::Warning& warning) override;

  bool empty() const { return kept_.empty(); }
  std::vector<std::string> Take() { return std::exchange(kept_, {}); }

 private:
  std::vector<std::string> kept_;
  std::unordered_set<std::string> known_;
};

}  // namespace metatorch
