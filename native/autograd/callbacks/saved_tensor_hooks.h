// Functions of JavaScript through which goes what operators save for backward.
#pragma once

#include <memory>
#include <vector>

#include "binding/environment.h"

namespace metatorch {

class PackingRegion;

// The regions with such functions that one environment is in.
class SavedTensorHooks {
 public:
  SavedTensorHooks();
  ~SavedTensorHooks();
  SavedTensorHooks(const SavedTensorHooks&) = delete;
  SavedTensorHooks& operator=(const SavedTensorHooks&) = delete;

  void Enter(std::unique_ptr<PackingRegion> region);
  void Leave();

 private:
  std::vector<std::unique_ptr<PackingRegion>> open_;
};

void RegisterSavedTensorHooks(Napi::Object exports, Environment* self);

}  // namespace metatorch
