// Errors that the bindings raise themselves. Everything thrown in C++ becomes a JavaScript error in
// one place: Entry in environment.h.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace metatorch {

// What JavaScript passed is not what the operator takes.
class ArgumentError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A tensor, or what it shares, was used after it had been disposed of.
class DisposedError : public std::runtime_error {
 public:
  // The handle of a tensor whose memory an optimizer has overwritten; -1 of others disposed of.
  static constexpr int32_t kDonated = -2;

  explicit DisposedError(const std::string& message) : std::runtime_error(message) {}

  static DisposedError OfHandle(int32_t handle) {
    return DisposedError(
        handle == kDonated
            ? "The tensor has been disposed of: an optimizer overwrote its memory, which "
              "torch.replace had donated to it; use what update returned, or clone() it before"
            : "The tensor has been disposed of");
  }
};

// The data of a tensor inside vmap was asked for.
class VmapError : public std::runtime_error {
 public:
  VmapError()
      : std::runtime_error("Expected a tensor outside vmap: inside, it stands for all samples") {}
};

// Node-API refused: a JavaScript exception is pending, or the environment is being torn down.
// Nothing more may be said to JavaScript, so this carries no message.
class PendingException : public std::exception {};

}  // namespace metatorch
