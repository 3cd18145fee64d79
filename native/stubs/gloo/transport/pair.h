// See ../context.h.
#pragma once

#include <exception>
#include <string>

namespace gloo::transport {

class Pair {
 public:
  virtual ~Pair() = 0;
};

namespace tcp {

class Pair : public transport::Pair {
 public:
  ~Pair() override;
  // Ends all that waits for the pair's other side.
  std::exception_ptr signalExceptionExternal(const std::string& message);
};

}  // namespace tcp
}  // namespace gloo::transport
