#include "autograd/callbacks/engine.h"

#include <torch/csrc/autograd/engine.h>

#include <vector>

#include "autograd/callbacks/anomaly.h"

namespace metatorch {
namespace {

// libtorch asks for hooks without saying for whom, so the thread has to know: the open regions of
// all its environments, which own them.
thread_local std::vector<SavingRegion*> open_regions;

class OwnEngine : public torch::autograd::Engine {
 public:
  static Engine& Instance() {
    static OwnEngine engine;
    return engine;
  }
  ~OwnEngine() override { stop(); }

  std::unique_ptr<torch::autograd::SavedVariableHooks> get_default_saved_variable_hooks() override {
    if (open_regions.empty()) return nullptr;
    return open_regions.back()->Hooks();
  }

  std::unique_ptr<torch::autograd::AnomalyMetadata> make_anomaly_metadata() override {
    return MakeOrigin();
  }

 private:
  OwnEngine() = default;
};

}  // namespace

void SavingRegion::Open() { open_regions.push_back(this); }

void SavingRegion::Close() noexcept { std::erase(open_regions, this); }

void UseOwnEngine() { torch::autograd::set_default_engine_stub(&OwnEngine::Instance); }

}  // namespace metatorch
