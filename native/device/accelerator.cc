#include "device/accelerator.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

#include "binding/convert.h"

namespace metatorch {
namespace {

using c10::CachingAllocator::Stat;
using c10::CachingAllocator::StatArray;
using c10::CachingAllocator::StatType;

c10::DeviceIndex CountOf(c10::DeviceType type) {
  return c10::impl::hasDeviceGuardImpl(type) ? c10::impl::VirtualGuardImpl(type).deviceCount() : 0;
}

// deviceCount(type): 0 where libtorch has no part for the type, or no driver for that part.
napi_value DeviceCount(Call& call) {
  const c10::Device device = ParseDevice(StringArgument(call, 0));
  if (device.is_cpu()) return FromInt(call, 1);
  return FromInt(call, CountOf(device.type()));
}

// The driver's C interface: libtorch has no function for a device's name that spares CUDA's
// headers.
class Driver {
 public:
  Driver() : library_(dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL)) {}

  std::string NameOf(int index) const {
    const auto initialize = Find<int (*)(unsigned)>("cuInit");
    const auto get = Find<int (*)(int*, int)>("cuDeviceGet");
    const auto name = Find<int (*)(char*, int, int)>("cuDeviceGetName");
    int device = 0;
    std::array<char, 256> text{};
    if (initialize == nullptr || get == nullptr || name == nullptr || initialize(0) != 0 ||
        get(&device, index) != 0 || name(text.data(), static_cast<int>(text.size()), device) != 0) {
      throw std::runtime_error("The CUDA driver does not tell the device's name");
    }
    return text.data();
  }

 private:
  template <typename Function>
  Function Find(const char* name) const {
    return library_ == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(library_, name));
  }

  // Never closed: libtorch uses the same library.
  void* library_;
};

napi_value DeviceNameOf(Call& call) {
  call.operator_name = "deviceName";
  return FromString(call, Driver().NameOf(static_cast<int>(IntArgument(call, 0))));
}

c10::Device AcceleratorArgument(Call& call, size_t index) {
  const c10::Device device = ParseDevice(StringArgument(call, index));
  // The allocator knows no device before the first operator on it.
  at::globalContext().lazyInitDevice(device.type());
  return device;
}

napi_value SynchronizeDevice(Call& call) {
  call.operator_name = "synchronize";
  const c10::Device device = AcceleratorArgument(call, 0);
  c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
  return nullptr;
}

napi_value EmptyCache(Call& call) {
  call.operator_name = "emptyCache";
  at::getDeviceAllocator(AcceleratorArgument(call, 0).type())->emptyCache();
  return nullptr;
}

Napi::Object Describe(Napi::Env env, const StatArray& stats) {
  const Stat& stat = stats[static_cast<size_t>(StatType::AGGREGATE)];
  Napi::Object object = Napi::Object::New(env);
  object.Set("current", static_cast<double>(stat.current));
  object.Set("peak", static_cast<double>(stat.peak));
  object.Set("allocated", static_cast<double>(stat.allocated));
  object.Set("freed", static_cast<double>(stat.freed));
  return object;
}

// memoryStats(device): what the caching allocator holds, in bytes.
napi_value MemoryStats(Call& call) {
  call.operator_name = "memoryStats";
  const c10::Device device = AcceleratorArgument(call, 0);
  const auto stats = at::getDeviceAllocator(device.type())->getDeviceStats(device.index());
  Napi::Env env(call.env);
  Napi::Object object = Napi::Object::New(env);
  object.Set("allocatedBytes", Describe(env, stats.allocated_bytes));
  object.Set("reservedBytes", Describe(env, stats.reserved_bytes));
  object.Set("activeBytes", Describe(env, stats.active_bytes));
  object.Set("numAllocRetries", static_cast<double>(stats.num_alloc_retries));
  object.Set("numOoms", static_cast<double>(stats.num_ooms));
  return object;
}

napi_value ResetPeakMemoryStats(Call& call) {
  call.operator_name = "resetPeakMemoryStats";
  const c10::Device device = AcceleratorArgument(call, 0);
  at::getDeviceAllocator(device.type())->resetPeakStats(device.index());
  return nullptr;
}

}  // namespace

void RegisterAccelerator(Napi::Object exports, Environment* self) {
  Register<DeviceCount>(exports, "deviceCount", self);
  Register<DeviceNameOf>(exports, "deviceName", self);
  Register<SynchronizeDevice>(exports, "synchronizeDevice", self);
  Register<EmptyCache>(exports, "emptyCache", self);
  Register<MemoryStats>(exports, "memoryStats", self);
  Register<ResetPeakMemoryStats>(exports, "resetPeakMemoryStats", self);
}

}  // namespace metatorch
