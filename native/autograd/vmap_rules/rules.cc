#include "autograd/vmap_rules/rules.h"

#include <c10/util/Exception.h>

#include <mutex>
#include <optional>

namespace metatorch {
namespace {

// libtorch warns where one of its rules is replaced, which is meant here.
class Quiet : public c10::WarningHandler {
 public:
  void process(const c10::Warning&) override {}
};

}  // namespace

void RegisterVmapRules() {
  static std::once_flag once;
  static std::optional<torch::Library> library;
  std::call_once(once, [] {
    Quiet quiet;
    const c10::WarningUtils::WarningHandlerGuard guard(&quiet);
    library.emplace(torch::Library::IMPL, "aten", c10::DispatchKey::FuncTorchBatched, __FILE__,
                    __LINE__);
    AddLossRules(*library);
    AddNormRules(*library);
    AddIndexRules(*library);
    AddComposedRules(*library);
    AddInPlaceRules(*library);
  });
}

}  // namespace metatorch
