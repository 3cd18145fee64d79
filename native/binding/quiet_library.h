// While one lives, libtorch does not warn of kernels that take the place of its own.
#pragma once

#include <c10/util/Exception.h>

namespace metatorch {

class QuietLibrary {
 public:
  QuietLibrary() : guard_(&handler_) {}

 private:
  class NoWarnings final : public c10::WarningHandler {
    void process(const c10::Warning&) override {}
  };

  NoWarnings handler_;
  c10::WarningUtils::WarningHandlerGuard guard_;
};

}  // namespace metatorch
