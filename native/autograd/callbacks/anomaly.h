// Which line of JavaScript called the operator whose backward has failed.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/anomaly_mode.h>

#include <memory>
#include <string>
#include <vector>

#include "autograd/callbacks/graph_functions.h"

namespace metatorch {

// Where operators were called, as functions of JavaScript that tell: the operator itself, and
// before it the one in whose backward it was called, and so on.
using Origin = std::vector<std::shared_ptr<GraphFunction>>;

struct Failure {
  std::string node;
  Origin origin;
};

// Looks for NaN in what the operators of a graph give, for one run of backward.
class NanChecks {
 public:
  explicit NanChecks(const std::vector<at::Tensor>& outputs);
  ~NanChecks();
  NanChecks(const NanChecks&) = delete;
  NanChecks& operator=(const NanChecks&) = delete;

 private:
  std::vector<std::pair<NodePtr, uintptr_t>> hooks_;
};

// Of one environment.
class Anomalies {
 public:
  explicit Anomalies(std::shared_ptr<GraphFunctions> functions);
  ~Anomalies();
  Anomalies(const Anomalies&) = delete;
  Anomalies& operator=(const Anomalies&) = delete;

  // capture() answers with a function that tells where it was called.
  void Enter(napi_value capture, bool check_nan);
  void Leave();
  bool IsInside() const { return !regions_.empty(); }
  // Checks where they are asked for.
  std::unique_ptr<NanChecks> ChecksFor(const std::vector<at::Tensor>& outputs) const;

  std::shared_ptr<GraphFunction> Capture() const;
  // The first one counts, until it is taken.
  void Note(Failure failure);
  std::unique_ptr<Failure> Take() { return std::move(failure_); }

 private:
  struct Region {
    std::shared_ptr<GraphFunction> capture;
    bool check_nan;
    Anomalies* outer;
  };

  const std::shared_ptr<GraphFunctions> functions_;
  std::vector<Region> regions_;
  std::unique_ptr<Failure> failure_;
};

std::unique_ptr<torch::autograd::AnomalyMetadata> MakeOrigin();

void RegisterAnomalies(Napi::Object exports, Environment* self);

}  // namespace metatorch
