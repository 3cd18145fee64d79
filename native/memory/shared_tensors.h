// Tensors that other threads of the process take by a token, without copying.
#pragma once

#include <ATen/core/Tensor.h>
#include <napi.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace metatorch {

class Environment;

// Process-wide, as what it holds is for environments that know nothing of each other. A tensor is
// held until its token is released, has been taken as often as it may be, or until the environment
// that shared it ends.
class SharedTensors {
 public:
  static SharedTensors& Instance();

  // The token's id, which cannot be guessed. No limit to how often it is taken unless one is given.
  std::string Share(const Environment* owner, const at::Tensor& tensor,
                    std::optional<int64_t> uses);
  // The tensor anew, on the same storage and with the same count of changes in place.
  at::Tensor Take(const std::string& id);
  // False if nothing was held.
  bool Release(const std::string& id);
  void ReleaseAllOf(const Environment* owner);
  std::vector<at::Tensor> HeldFor(const Environment* owner);

 private:
  struct Held {
    const Environment* owner;
    at::Tensor tensor;
    std::optional<int64_t> uses;
  };

  SharedTensors() = default;

  std::mutex mutex_;
  std::unordered_map<std::string, Held> held_;
};

void RegisterSharedTensors(Napi::Object exports, Environment* self);

}  // namespace metatorch
