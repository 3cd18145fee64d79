#include <dlfcn.h>
#include <unistd.h>

#include <string>

#include "binding/convert.h"
#include "device/accelerator.h"

namespace metatorch {
namespace {

// The library lies beside this one, if it was built at all.
MakeGraph FindMakeGraph() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&RegisterGraphs), &info) == 0) return nullptr;
  const std::string self = info.dli_fname;
  const std::string file = self.substr(0, self.rfind('/') + 1) + "libmetatorch_cuda.so";
  if (access(file.c_str(), F_OK) != 0) return nullptr;
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  return reinterpret_cast<MakeGraph>(dlsym(library, "metatorch_make_graph"));
}

napi_value HasGraphs(Call& call) { return FromBool(call, FindMakeGraph() != nullptr); }

napi_value CreateGraph(Call& call) {
  call.operator_name = "graph";
  const MakeGraph make = FindMakeGraph();
  if (make == nullptr) throw std::runtime_error("CUDA graphs are not part of this build");
  GraphSlot slot;
  make(slot.graph);
  return FromInt(call, call.self.graphs.Insert(std::move(slot)));
}

DeviceGraph& GraphArgument(const Call& call) {
  return *call.self.graphs.At(HandleArgument(call, 0)).graph;
}

napi_value ReleaseGraph(Call& call) {
  call.self.graphs.Release(HandleArgument(call, 0));
  return nullptr;
}

napi_value BeginCapture(Call& call) {
  call.operator_name = "graph";
  GraphArgument(call).CaptureBegin();
  return nullptr;
}

napi_value EndCapture(Call& call) {
  call.operator_name = "graph";
  GraphArgument(call).CaptureEnd();
  return nullptr;
}

napi_value ReplayGraph(Call& call) {
  call.operator_name = "replay";
  GraphArgument(call).Replay();
  return nullptr;
}

}  // namespace

void RegisterGraphs(Napi::Object exports, Environment* self) {
  Register<HasGraphs>(exports, "hasGraphs", self);
  Register<CreateGraph>(exports, "createGraph", self);
  Register<ReleaseGraph>(exports, "releaseGraph", self);
  Register<BeginCapture>(exports, "beginCapture", self);
  Register<EndCapture>(exports, "endCapture", self);
  Register<ReplayGraph>(exports, "replayGraph", self);
}

}  // namespace metatorch
