// What libmetatorch asks of the library that was compiled against c10d, and all that the two share.
#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace metatorch {

struct GroupSettings {
  // Of all groups of a job, the first is «0».
  std::string name;
  // Where ranks find each other: a file, or else a server at host:port, which one rank is.
  std::string file;
  std::string host;
  uint16_t port = 0;
  bool serves = false;
  // The address that the other ranks reach this one at; empty for libtorch's own choice.
  std::string address;
  int rank = 0;
  // The rank in the job of each rank of the group, by which messages name it.
  std::vector<int64_t> ranks;
  std::chrono::milliseconds timeout{0};
  // Calls at the start that are compared among ranks before data moves.
  int64_t checked_calls = 0;
};

enum class CallKind : int64_t {
  kJoin,
  kAllReduce,
  kAllGather,
  kBroadcast,
  kReduceScatter,
  kBarrier,
  kSend,
  kReceive
};

struct GroupCall {
  CallKind kind = CallKind::kBarrier;
  // For example `sum`; empty where nothing is reduced.
  std::string reduction;
  // The source of a broadcast, or the other side.
  int peer = 0;
  int tag = 0;
  std::vector<at::Tensor> inputs;
  std::vector<at::Tensor> outputs;
};

// What came of a call. Ranks are those at fault, by their numbers in the job.
struct Outcome {
  enum class Problem { kNone, kMismatch, kFailed, kOther };
  Problem problem = Problem::kNone;
  std::string message;
  std::vector<int64_t> ranks;
};

// Ranks that work together. Every rank makes the same calls in the same order; they run on threads
// of the group, one after the other, but those between two ranks beside the rest.
class ProcessGroup {
 public:
  // Ends all calls under way first: they have failed.
  virtual ~ProcessGroup() = default;
  // `done` is called once, on a thread of the group.
  virtual void Submit(GroupCall call, std::function<void(Outcome)> done) = 0;
  // Ends all calls of all ranks, with the reason.
  virtual void Abort(const std::string& reason) = 0;
};

// The type of metatorch_make_process_group, which that library exports.
using MakeProcessGroup = void (*)(const GroupSettings& settings,
                                  std::unique_ptr<ProcessGroup>& group);

}  // namespace metatorch
