#include "autograd/vmap_rules/rules.h"

#include <mutex>
#include <optional>

#include "binding/quiet_library.h"

namespace metatorch {

void RegisterVmapRules() {
  static std::once_flag once;
  static std::optional<torch::Library> library;
  std::call_once(once, [] {
    const QuietLibrary quiet;
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
