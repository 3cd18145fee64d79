#include "autograd/modes.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <c10/core/DefaultDtype.h>

#include "binding/convert.h"

namespace metatorch {
namespace {

c10::DeviceType DeviceTypeArgument(const Call& call, size_t index) {
  return ParseDevice(StringArgument(call, index)).type();
}

// autocast(device): {enabled, dtype} of this thread.
napi_value Autocast(Call& call) {
  call.operator_name = "autocast";
  const c10::DeviceType device = DeviceTypeArgument(call, 0);
  Napi::Object state = Napi::Object::New(call.env);
  state.Set("enabled", at::autocast::is_autocast_enabled(device));
  state.Set("dtype", DtypeName(at::autocast::get_autocast_dtype(device)));
  return state;
}

// setAutocast(device, enabled, dtype)
napi_value SetAutocast(Call& call) {
  call.operator_name = "autocast";
  const c10::DeviceType device = DeviceTypeArgument(call, 0);
  const bool enabled = BoolArgument(call, 1);
  at::autocast::set_autocast_dtype(device, ParseDtype(StringArgument(call, 2)));
  at::autocast::set_autocast_enabled(device, enabled);
  return nullptr;
}

// While a region is open, autocast keeps the weights that it has converted.
napi_value EnterAutocast(Call& call) {
  at::autocast::increment_nesting();
  return nullptr;
}

napi_value LeaveAutocast(Call& call) {
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  return nullptr;
}

napi_value Deterministic(Call& call) {
  return FromBool(call, at::globalContext().deterministicAlgorithms());
}

napi_value SetDeterministic(Call& call) {
  call.operator_name = "useDeterministicAlgorithms";
  at::globalContext().setDeterministicAlgorithms(BoolArgument(call, 0), false);
  return nullptr;
}

napi_value MatmulPrecision(Call& call) {
  switch (at::globalContext().float32MatmulPrecision()) {
    case at::Float32MatmulPrecision::HIGHEST:
      return FromString(call, "highest");
    case at::Float32MatmulPrecision::HIGH:
      return FromString(call, "high");
    default:
      return FromString(call, "medium");
  }
}

napi_value SetMatmulPrecision(Call& call) {
  call.operator_name = "setFloat32MatmulPrecision";
  at::globalContext().setFloat32MatmulPrecision(StringArgument(call, 0));
  return nullptr;
}

napi_value DefaultDtype(Call& call) {
  return FromString(call, DtypeName(c10::get_default_dtype_as_scalartype()));
}

napi_value SetDefaultDtype(Call& call) {
  call.operator_name = "setDefaultDtype";
  c10::set_default_dtype(c10::scalarTypeToTypeMeta(ParseDtype(StringArgument(call, 0))));
  return nullptr;
}

// Threads of the process that use libtorch through this addon, with this one.
napi_value ThreadsInUse(Call& call) { return FromNumber(call, ThreadCount::Now()); }

}  // namespace

void RegisterModes(Napi::Object exports, Environment* self) {
  Register<Autocast>(exports, "autocast", self);
  Register<SetAutocast>(exports, "setAutocast", self);
  Register<EnterAutocast>(exports, "enterAutocast", self);
  Register<LeaveAutocast>(exports, "leaveAutocast", self);
  Register<Deterministic>(exports, "deterministic", self);
  Register<SetDeterministic>(exports, "setDeterministic", self);
  Register<MatmulPrecision>(exports, "matmulPrecision", self);
  Register<SetMatmulPrecision>(exports, "setMatmulPrecision", self);
  Register<DefaultDtype>(exports, "defaultDtype", self);
  Register<SetDefaultDtype>(exports, "setDefaultDtype", self);
  Register<ThreadsInUse>(exports, "threadsInUse", self);
}

}  // namespace metatorch
