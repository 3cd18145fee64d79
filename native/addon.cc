// libmetatorch.so: registers the functions of one environment.
#include <napi.h>

#include "accelerator.h"
#include "autograd.h"
#include "checkpoint.h"
#include "device.h"
#include "dispatch.h"
#include "environment.h"
#include "functorch.h"
#include "mapped_file.h"
#include "memory.h"
#include "modes.h"
#include "storage.h"

extern "C" __attribute__((visibility("default"))) napi_value metatorch_initialize(
    napi_env raw_env, napi_value raw_exports) {
  using metatorch::Environment;
  Napi::Env env(raw_env);
  Napi::Object exports(env, raw_exports);
  auto* self = new Environment();
  // Node-API owns it from here on and deletes it when the environment ends.
  env.SetInstanceData<Environment>(self);
  metatorch::RegisterMemory(exports, self);
  metatorch::RegisterMappedFiles(exports, self);
  metatorch::RegisterDispatch(exports, self);
  metatorch::RegisterAutograd(exports, self);
  metatorch::RegisterStorage(exports, self);
  metatorch::RegisterDevice(exports, self);
  metatorch::RegisterModes(exports, self);
  metatorch::RegisterAccelerator(exports, self);
  metatorch::RegisterStreams(exports, self);
  metatorch::RegisterGraphs(exports, self);
  metatorch::RegisterFunctorch(exports, self);
  metatorch::RegisterCheckpoint(exports, self);
  return exports;
}
