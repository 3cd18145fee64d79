// What libmetatorch asks of the library that was compiled with CUDA's headers, and all that the two
// share.
#pragma once

#include <memory>

namespace metatorch {

// Work recorded once and replayed as a whole.
class DeviceGraph {
 public:
  virtual ~DeviceGraph() = default;
  virtual void CaptureBegin() = 0;
  virtual void CaptureEnd() = 0;
  virtual void Replay() = 0;
};

// The type of metatorch_make_graph, which that library exports.
using MakeGraph = void (*)(std::unique_ptr<DeviceGraph>& graph);

}  // namespace metatorch
