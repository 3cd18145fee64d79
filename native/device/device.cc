#include "device/device.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <cstdlib>
#include <mutex>

#include "binding/convert.h"

namespace metatorch {
namespace {

constexpr int64_t kMostThreads = 1024;

// createGenerator(device): its own stream of random numbers.
napi_value CreateGenerator(Call& call) {
  call.operator_name = "generator";
  const c10::Device device = ParseDevice(StringArgument(call, 0));
  at::Generator generator = device.is_cpu() ? at::detail::createCPUGenerator()
                                            : at::globalContext()
                                                  .getAcceleratorHooksInterface(device.type())
                                                  .getNewGenerator(device.index());
  napi_value result = nullptr;
  Check(napi_create_int32(call.env, call.self.generators.Insert(std::move(generator)), &result));
  return result;
}

// defaultGenerator(device): the one that operators use that are given none.
napi_value DefaultGenerator(Call& call) {
  const at::Generator generator =
      at::globalContext().defaultGenerator(ParseDevice(StringArgument(call, 0)));
  return FromInt(call, call.self.generators.Insert(generator));
}

napi_value ReleaseGenerator(Call& call) {
  call.self.generators.Release(HandleArgument(call, 0));
  return nullptr;
}

at::Generator& GeneratorArgument(Call& call) {
  return call.self.generators.At(HandleArgument(call, 0));
}

// seedGenerator(generator, seed)
napi_value SeedGenerator(Call& call) {
  at::Generator& generator = GeneratorArgument(call);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_current_seed(static_cast<uint64_t>(IntArgument(call, 1)));
  return nullptr;
}

napi_value GeneratorState(Call& call) {
  at::Generator& generator = GeneratorArgument(call);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  return FromTensor(call, generator.get_state());
}

napi_value SetGeneratorState(Call& call) {
  call.operator_name = "setState";
  at::Generator& generator = GeneratorArgument(call);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(TensorArgument(call, 1));
  return nullptr;
}

// manualSeed(seed): the default generators of every device.
napi_value ManualSeed(Call& call) {
  at::manual_seed(static_cast<uint64_t>(IntArgument(call, 0)));
  return nullptr;
}

napi_value NumThreads(Call& call) { return FromInt(call, at::get_num_threads()); }

napi_value SetNumThreads(Call& call) {
  call.operator_name = "setNumThreads";
  const int64_t count = IntArgument(call, 0);
  // A team that the system refuses to start ends the process.
  if (count < 1 || count > kMostThreads) throw ArgumentError("Expected 1 to 1024 for count");
  at::set_num_threads(static_cast<int>(count));
  return nullptr;
}

napi_value RuntimeInfo(Call& call) {
  Napi::Env env(call.env);
  Napi::Object info = Napi::Object::New(env);
  info.Set("numThreads", at::get_num_threads());
  info.Set("numInteropThreads", at::get_num_interop_threads());
  const char* policy = std::getenv("OMP_WAIT_POLICY");
  info.Set("waitPolicy", policy == nullptr ? "default" : policy);
  info.Set("cudaDevices",
           at::hasCUDA() ? static_cast<int>(at::globalContext()
                                                .getAcceleratorHooksInterface(c10::DeviceType::CUDA)
                                                .deviceCount())
                         : 0);
  info.Set("compiler", __VERSION__);
  info.Set("napiVersion", NAPI_VERSION);
  return info;
}

napi_value SetWarningListener(Call& call) {
  call.self.warning_listener = Napi::Persistent(call[0].As<Napi::Function>());
  return nullptr;
}

napi_value SetErrorFactory(Call& call) {
  call.self.error_factory = Napi::Persistent(call[0].As<Napi::Function>());
  return nullptr;
}

}  // namespace

void RegisterDevice(Napi::Object exports, Environment* self) {
  Register<CreateGenerator>(exports, "createGenerator", self);
  Register<DefaultGenerator>(exports, "defaultGenerator", self);
  Register<ReleaseGenerator>(exports, "releaseGenerator", self);
  Register<SeedGenerator>(exports, "seedGenerator", self);
  Register<GeneratorState>(exports, "generatorState", self);
  Register<SetGeneratorState>(exports, "setGeneratorState", self);
  Register<ManualSeed>(exports, "manualSeed", self);
  Register<NumThreads>(exports, "numThreads", self);
  Register<SetNumThreads>(exports, "setNumThreads", self);
  Register<RuntimeInfo>(exports, "runtimeInfo", self);
  Register<SetErrorFactory>(exports, "setErrorFactory", self);
  Register<SetWarningListener>(exports, "setWarningListener", self);
}

}  // namespace metatorch
