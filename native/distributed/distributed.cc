#include "distributed/distributed.h"

#include <ATen/ATen.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <dlfcn.h>
#include <unistd.h>

#include <future>
#include <utility>

#include "binding/convert.h"
#include "distributed/courier.h"
#include "distributed/process_group.h"

namespace metatorch {
namespace {

#ifdef __APPLE__
constexpr const char* kLibrary = "libmetatorch_distributed.dylib";
#else
constexpr const char* kLibrary = "libmetatorch_distributed.so";
#endif

// The maker of groups, or why there is none.
std::pair<MakeProcessGroup, std::string> FindMaker() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&RegisterDistributed), &info) == 0)
    return {nullptr, "it cannot be found"};
  const std::string self = info.dli_fname;
  const std::string file = self.substr(0, self.rfind('/') + 1) + kLibrary;
  if (access(file.c_str(), F_OK) != 0) {
    return {nullptr,
            "this build of metatorch was made with a libtorch without c10d, so that it has no " +
                std::string(kLibrary)};
  }
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return {nullptr, "the libtorch at hand has no c10d with Gloo: " + std::string(dlerror())};
  }
  return {reinterpret_cast<MakeProcessGroup>(dlsym(library, "metatorch_make_process_group")), ""};
}

// distributedProblem(): why there can be no process groups; null if there can.
napi_value DistributedProblem(Call& call) {
  const auto [make, problem] = FindMaker();
  if (make != nullptr) return nullptr;
  return FromString(call, problem);
}

// createGroup(name, file, host, port, serves, address, rank, ranks, timeout, checkedCalls)
napi_value CreateGroup(Call& call) {
  call.operator_name = "initProcessGroup";
  GroupSettings settings;
  settings.name = StringArgument(call, 0);
  settings.file = StringArgument(call, 1);
  settings.host = StringArgument(call, 2);
  settings.port = static_cast<uint16_t>(IntArgument(call, 3));
  settings.serves = BoolArgument(call, 4);
  settings.address = StringArgument(call, 5);
  settings.rank = static_cast<int>(IntArgument(call, 6));
  settings.ranks = IntsArgument(call, 7);
  settings.timeout = std::chrono::milliseconds(IntArgument(call, 8));
  settings.checked_calls = IntArgument(call, 9);
  const auto [make, problem] = FindMaker();
  if (make == nullptr) throw std::runtime_error(problem);
  GroupSlot slot;
  make(settings, slot.group);
  return FromInt(call, call.self.groups.Insert(std::move(slot)));
}

ProcessGroup& GroupArgument(const Call& call) {
  return *call.self.groups.At(HandleArgument(call, 0)).group;
}

// What a thread may read, and nothing else writes.
at::Tensor Copied(const at::Tensor& tensor) {
  if (at::functorch::isBatchedTensor(tensor)) throw VmapError();
  return tensor.detach().clone(at::MemoryFormat::Contiguous);
}

std::vector<at::Tensor> CopiedArgument(const Call& call, size_t index) {
  std::vector<at::Tensor> tensors = TensorsArgument(call, index);
  for (at::Tensor& tensor : tensors) tensor = Copied(tensor);
  return tensors;
}

// groupCall(group, kind, tensors, reduction, peer, tag, size)
GroupCall ReadCall(const Call& call) {
  GroupCall made;
  made.kind = static_cast<CallKind>(IntArgument(call, 1));
  made.reduction = StringArgument(call, 3);
  made.peer = static_cast<int>(IntArgument(call, 4));
  made.tag = static_cast<int>(IntArgument(call, 5));
  std::vector<at::Tensor> tensors = CopiedArgument(call, 2);
  switch (made.kind) {
    case CallKind::kAllReduce:
    case CallKind::kBroadcast:
    case CallKind::kReceive:
      made.outputs = std::move(tensors);
      break;
    case CallKind::kAllGather:
      made.inputs = std::move(tensors);
      for (int64_t i = IntArgument(call, 6); i > 0; --i) {
        made.outputs.push_back(at::empty_like(made.inputs.front()));
      }
      break;
    case CallKind::kReduceScatter:
      made.inputs = std::move(tensors);
      made.outputs = {at::empty_like(made.inputs.front())};
      break;
    default:
      made.inputs = std::move(tensors);
  }
  return made;
}

const char* NameOf(Outcome::Problem problem) {
  switch (problem) {
    case Outcome::Problem::kMismatch:
      return "mismatch";
    case Outcome::Problem::kFailed:
      return "failed";
    default:
      return "";
  }
}

// { problem, message, ranks, tensors }
napi_value FromOutcome(Call& call, const Outcome& outcome, std::vector<at::Tensor> tensors) {
  Napi::Object object = Napi::Object::New(call.env);
  object.Set("problem", NameOf(outcome.problem));
  object.Set("message", outcome.message);
  Napi::Array ranks = Napi::Array::New(call.env);
  for (size_t i = 0; i < outcome.ranks.size(); ++i) {
    ranks.Set(static_cast<uint32_t>(i), static_cast<double>(outcome.ranks[i]));
  }
  object.Set("ranks", ranks);
  if (outcome.problem != Outcome::Problem::kNone) tensors.clear();
  object.Set("tensors", Napi::Value(call.env, FromTensors(call, std::move(tensors))));
  return object;
}

// runGroupCall(group, kind, tensors, reduction, peer, tag, size): waits for the outcome.
napi_value RunGroupCall(Call& call) {
  GroupCall made = ReadCall(call);
  std::vector<at::Tensor> outputs = made.outputs;
  std::promise<Outcome> outcome;
  GroupArgument(call).Submit(std::move(made),
                             [&outcome](Outcome own) { outcome.set_value(std::move(own)); });
  return FromOutcome(call, outcome.get_future().get(), std::move(outputs));
}

// startGroupCall(group, kind, tensors, reduction, peer, tag, size, callback)
napi_value StartGroupCall(Call& call) {
  GroupCall made = ReadCall(call);
  std::vector<at::Tensor> outputs = made.outputs;
  ProcessGroup& group = GroupArgument(call);
  if (call.self.courier == nullptr) call.self.courier = std::make_shared<Courier>(call.env);
  const std::shared_ptr<Courier> courier = call.self.courier;
  const int64_t number = courier->Expect(call[7].As<Napi::Function>());
  Environment* const self = &call.self;
  group.Submit(std::move(made), [courier, number, self, outputs](const Outcome& outcome) {
    courier->Post(number, [self, outputs, outcome](Napi::Env env, const Napi::Function& callback) {
      Call delivery{env, *self, 0, {}};
      callback.Call({Napi::Value(env, FromOutcome(delivery, outcome, outputs))});
    });
  });
  return nullptr;
}

napi_value AbortGroup(Call& call) {
  GroupArgument(call).Abort(StringArgument(call, 1));
  return nullptr;
}

napi_value ReleaseGroup(Call& call) {
  call.self.groups.Release(HandleArgument(call, 0));
  return nullptr;
}

}  // namespace

void RegisterDistributed(Napi::Object exports, Environment* self) {
  Register<DistributedProblem>(exports, "distributedProblem", self);
  Register<CreateGroup>(exports, "createGroup", self);
  Register<RunGroupCall>(exports, "runGroupCall", self);
  Register<StartGroupCall>(exports, "startGroupCall", self);
  Register<AbortGroup>(exports, "abortGroup", self);
  Register<ReleaseGroup>(exports, "releaseGroup", self);
}

}  // namespace metatorch
