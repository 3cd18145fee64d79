// libmetatorch_cuda.so: the only source that needs CUDA's headers. It is built where they are
// found, and opened when the first graph is made.
#include <ATen/cuda/CUDAGraph.h>

#include "device/device_graph.h"

namespace metatorch {
namespace {

class CudaGraph final : public DeviceGraph {
 public:
  // Only this thread: workers may allocate while one captures.
  void CaptureBegin() override { graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal); }
  void CaptureEnd() override { graph_.capture_end(); }
  void Replay() override { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
};

}  // namespace
}  // namespace metatorch

extern "C" __attribute__((visibility("default"))) void metatorch_make_graph(
    std::unique_ptr<metatorch::DeviceGraph>& graph) {
  graph = std::make_unique<metatorch::CudaGraph>();
}
