#include "memory/memory.h"

#include "binding/convert.h"
#include "memory/cpu_allocator.h"
#include "memory/shared_tensors.h"

namespace metatorch {
namespace {

napi_value Memory(Call& call) {
  const MemoryUse use = call.self.tensors.Measure(SharedTensors::Instance().HeldFor(&call.self));
  Napi::Object object = Napi::Object::New(call.env);
  object.Set("tensors", static_cast<double>(use.tensors));
  object.Set("bytes", static_cast<double>(use.bytes));
  return object;
}

napi_value MemoryStats(Call& call) {
  CpuAllocator& allocator = CpuAllocator::Instance();
  const CpuMemory memory = allocator.Measure();
  const uint64_t limit = allocator.Limit();
  Napi::Object object = Napi::Object::New(call.env);
  object.Set("allocatedBytes", static_cast<double>(memory.allocated));
  object.Set("peakBytes", static_cast<double>(memory.peak));
  object.Set("reservedBytes", static_cast<double>(memory.reserved));
  object.Set("limitBytes", limit == CpuAllocator::kNoLimit
                               ? Napi::Env(call.env).Null()
                               : Napi::Value(call.env, FromNumber(call, limit)));
  return object;
}

napi_value ResetPeakMemory(Call& call) {
  CpuAllocator::Instance().ResetPeak();
  return nullptr;
}

// setMemoryLimit(bytes | null)
napi_value SetMemoryLimit(Call& call) {
  const bool none = IsNullish(call, call.argv[0]);
  CpuAllocator::Instance().SetLimit(none ? CpuAllocator::kNoLimit
                                         : static_cast<uint64_t>(IntArgument(call, 0)));
  return nullptr;
}

napi_value EmptyMemoryCache(Call& call) {
  CpuAllocator::Instance().EmptyCache();
  return nullptr;
}

}  // namespace

void RegisterMemory(Napi::Object exports, Environment* self) {
  CpuAllocator::Install();
  Register<Memory>(exports, "memory", self);
  Register<MemoryStats>(exports, "memoryStatsOfCpu", self);
  Register<ResetPeakMemory>(exports, "resetPeakMemoryOfCpu", self);
  Register<SetMemoryLimit>(exports, "setMemoryLimit", self);
  Register<EmptyMemoryCache>(exports, "emptyCacheOfCpu", self);
}

}  // namespace metatorch
