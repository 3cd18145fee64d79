// Streams travel as (device, id): libtorch owns them in pools. Events are owned by their handles.
#include <c10/core/Event.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "binding/convert.h"
#include "device/accelerator.h"

namespace metatorch {
namespace {

using c10::impl::VirtualGuardImpl;

c10::Stream StreamArgument(const Call& call, size_t index) {
  const c10::Device device = ParseDevice(StringArgument(call, index));
  return c10::Stream::unpack3(IntArgument(call, index + 1), device.index(), device.type());
}

napi_value CurrentStream(Call& call) {
  const c10::Device device = ParseDevice(StringArgument(call, 0));
  return FromInt(call, VirtualGuardImpl(device.type()).getStream(device).id());
}

// newStream(device, priority): lower numbers come first.
napi_value NewStream(Call& call) {
  call.operator_name = "Stream";
  const c10::Device device = ParseDevice(StringArgument(call, 0));
  const int priority = static_cast<int>(IntArgument(call, 1));
  return FromInt(call, VirtualGuardImpl(device.type()).getNewStream(device, priority).id());
}

// exchangeStream(device, id): makes it current and returns the one that was.
napi_value ExchangeStream(Call& call) {
  const c10::Stream stream = StreamArgument(call, 0);
  return FromInt(call, VirtualGuardImpl(stream.device_type()).exchangeStream(stream).id());
}

napi_value QueryStream(Call& call) { return FromBool(call, StreamArgument(call, 0).query()); }

napi_value SynchronizeStream(Call& call) {
  call.operator_name = "synchronize";
  StreamArgument(call, 0).synchronize();
  return nullptr;
}

// recordOnStream(tensor, device, id): keeps the memory from being given away while the stream
// works.
napi_value RecordOnStream(Call& call) {
  const c10::Stream stream = StreamArgument(call, 1);
  VirtualGuardImpl(stream.device_type())
      .recordDataPtrOnStream(TensorArgument(call, 0).storage().data_ptr(), stream);
  return nullptr;
}

napi_value CreateEvent(Call& call) {
  call.operator_name = "Event";
  const c10::DeviceType type = ParseDevice(StringArgument(call, 0)).type();
  const bool timing = BoolArgument(call, 1);
  const auto flag = timing ? c10::EventFlag::BACKEND_DEFAULT : c10::EventFlag::PYTORCH_DEFAULT;
  return FromInt(call, call.self.events.Insert({std::make_unique<c10::Event>(type, flag)}));
}

c10::Event& EventArgument(const Call& call, size_t index) {
  return *call.self.events.At(HandleArgument(call, index)).event;
}

napi_value ReleaseEvent(Call& call) {
  call.self.events.Release(HandleArgument(call, 0));
  return nullptr;
}

napi_value RecordEvent(Call& call) {
  call.operator_name = "record";
  EventArgument(call, 0).record(StreamArgument(call, 1));
  return nullptr;
}

// blockStream(event, device, id): what the stream is given from now on waits for the event.
napi_value BlockStream(Call& call) {
  call.operator_name = "wait";
  EventArgument(call, 0).block(StreamArgument(call, 1));
  return nullptr;
}

napi_value QueryEvent(Call& call) { return FromBool(call, EventArgument(call, 0).query()); }

napi_value SynchronizeEvent(Call& call) {
  call.operator_name = "synchronize";
  EventArgument(call, 0).synchronize();
  return nullptr;
}

napi_value ElapsedTime(Call& call) {
  call.operator_name = "elapsedTime";
  return FromNumber(call, EventArgument(call, 0).elapsedTime(EventArgument(call, 1)));
}

}  // namespace

void RegisterStreams(Napi::Object exports, Environment* self) {
  Register<CurrentStream>(exports, "currentStream", self);
  Register<NewStream>(exports, "newStream", self);
  Register<ExchangeStream>(exports, "exchangeStream", self);
  Register<QueryStream>(exports, "queryStream", self);
  Register<SynchronizeStream>(exports, "synchronizeStream", self);
  Register<RecordOnStream>(exports, "recordOnStream", self);
  Register<CreateEvent>(exports, "createEvent", self);
  Register<ReleaseEvent>(exports, "releaseEvent", self);
  Register<RecordEvent>(exports, "recordEvent", self);
  Register<BlockStream>(exports, "blockStream", self);
  Register<QueryEvent>(exports, "queryEvent", self);
  Register<SynchronizeEvent>(exports, "synchronizeEvent", self);
  Register<ElapsedTime>(exports, "elapsedTime", self);
}

}  // namespace metatorch
