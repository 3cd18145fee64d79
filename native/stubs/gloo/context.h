// The names of Gloo that c10d's headers mention. A wheel of libtorch carries Gloo inside
// libtorch_cpu, but not its headers, and those of other releases of Gloo have other layouts.
// Nothing here is ever laid out or inherited from by our code: only functions that libtorch_cpu
// exports are called, so declarations are enough.
#pragma once

#include <chrono>
#include <memory>

#include "gloo/transport/pair.h"

namespace gloo {

class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
  std::unique_ptr<transport::Pair>& getPair(int rank);
};

}  // namespace gloo
