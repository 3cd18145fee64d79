// libmetatorch.so: registers the functions of one environment.
#include <napi.h>

#include <memory>
#include <vector>

#include "autograd/autograd.h"
#include "autograd/callbacks/anomaly.h"
#include "autograd/callbacks/engine.h"
#include "autograd/callbacks/function_node.h"
#include "autograd/callbacks/graph_functions.h"
#include "autograd/callbacks/hooks.h"
#include "autograd/callbacks/nodes.h"
#include "autograd/callbacks/saved_tensor_hooks.h"
#include "autograd/checkpoint.h"
#include "autograd/functorch.h"
#include "autograd/modes.h"
#include "binding/dispatch.h"
#include "binding/environment.h"
#include "device/accelerator.h"
#include "device/device.h"
#include "distributed/distributed.h"
#include "memory/borrowed_arrays.h"
#include "memory/mapped_file.h"
#include "memory/memory.h"
#include "memory/shared_tensors.h"
#include "memory/storage.h"

namespace {

using metatorch::Environment;

// The environments of one thread: one for each copy of the library that was loaded in it, as test
// runners load one for each file. Node-API keeps a single value and deletes it with the thread's
// end.
using Environments = std::vector<std::unique_ptr<Environment>>;

Environment* AddEnvironment(Napi::Env env) {
  auto* all = env.GetInstanceData<Environments>();
  if (all == nullptr) {
    all = new Environments();
    env.SetInstanceData<Environments>(all);
  }
  return all->emplace_back(std::make_unique<Environment>(env)).get();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) napi_value metatorch_initialize(
    napi_env raw_env, napi_value raw_exports) {
  Napi::Object exports(raw_env, raw_exports);
  Environment* self = AddEnvironment(raw_env);
  metatorch::RegisterMemory(exports, self);
  metatorch::RegisterMappedFiles(exports, self);
  metatorch::RegisterDispatch(exports, self);
  metatorch::RegisterAutograd(exports, self);
  metatorch::RegisterStorage(exports, self);
  metatorch::RegisterBorrowedArrays(exports, self);
  metatorch::RegisterSharedTensors(exports, self);
  metatorch::RegisterDevice(exports, self);
  metatorch::RegisterModes(exports, self);
  metatorch::RegisterAccelerator(exports, self);
  metatorch::RegisterStreams(exports, self);
  metatorch::RegisterGraphs(exports, self);
  metatorch::RegisterDistributed(exports, self);
  metatorch::RegisterFunctorch(exports, self);
  metatorch::UseOwnEngine();
  metatorch::RegisterGraphFunctions(exports, self);
  metatorch::RegisterCheckpoint(exports, self);
  metatorch::RegisterFunctionNodes(exports, self);
  metatorch::RegisterHooks(exports, self);
  metatorch::RegisterNodes(exports, self);
  metatorch::RegisterSavedTensorHooks(exports, self);
  metatorch::RegisterAnomalies(exports, self);
  return exports;
}
