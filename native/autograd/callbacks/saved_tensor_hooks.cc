#include "autograd/callbacks/saved_tensor_hooks.h"

#include "autograd/callbacks/engine.h"
#include "autograd/callbacks/graph_functions.h"
#include "binding/convert.h"

namespace metatorch {
namespace {

// One tensor that an operator has saved: what `pack` has made of it. Its tensors are kept here, and
// not by JavaScript, whose scopes end before the graph does.
class PackedTensor : public torch::autograd::SavedVariableHooks {
 public:
  explicit PackedTensor(std::shared_ptr<GraphFunction> pack) : pack_(std::move(pack)) {}

  void call_pack_hook(const at::Tensor& tensor) override { packed_ = pack_->Call({tensor}); }

  at::Tensor call_unpack_hook() override {
    TORCH_CHECK(packed_.function, "savedTensorsHooks: Expected pack to be done");
    std::vector<at::Tensor> found = packed_.function->Call(packed_.tensors).tensors;
    TORCH_CHECK(found.size() == 1 && found[0].defined(), "savedTensorsHooks: Expected a tensor");
    return found[0];
  }

 private:
  const std::shared_ptr<GraphFunction> pack_;
  GraphFunctions::Answer packed_;
};

}  // namespace

class PackingRegion : public SavingRegion {
 public:
  explicit PackingRegion(std::shared_ptr<GraphFunction> pack) : pack_(std::move(pack)) { Open(); }
  ~PackingRegion() override { Close(); }

  std::unique_ptr<torch::autograd::SavedVariableHooks> Hooks() override {
    return std::make_unique<PackedTensor>(pack_);
  }

 private:
  const std::shared_ptr<GraphFunction> pack_;
};

namespace {

// enterSavedTensorHooks(pack): pack answers with tensors, and with a function that makes of these
// the tensor that was saved.
napi_value EnterSavedTensorHooks(Call& call) {
  auto pack = call.self.graph_functions->Add(call.argv[0]);
  call.self.saved_tensor_hooks->Enter(std::make_unique<PackingRegion>(std::move(pack)));
  return nullptr;
}

napi_value LeaveSavedTensorHooks(Call& call) {
  call.self.saved_tensor_hooks->Leave();
  return nullptr;
}

}  // namespace

SavedTensorHooks::SavedTensorHooks() = default;
SavedTensorHooks::~SavedTensorHooks() = default;

void SavedTensorHooks::Enter(std::unique_ptr<PackingRegion> region) {
  open_.push_back(std::move(region));
}

void SavedTensorHooks::Leave() {
  if (!open_.empty()) open_.pop_back();
}

void RegisterSavedTensorHooks(Napi::Object exports, Environment* self) {
  self->saved_tensor_hooks = std::make_shared<SavedTensorHooks>();
  Register<EnterSavedTensorHooks>(exports, "enterSavedTensorHooks", self);
  Register<LeaveSavedTensorHooks>(exports, "leaveSavedTensorHooks", self);
}

}  // namespace metatorch
