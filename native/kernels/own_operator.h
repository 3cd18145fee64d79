// How an operator of our own is run, which libtorch's dispatcher chooses: by its kernels on the CPU
// where they take the arguments, and else, as on other devices, inside `vmap` and under autocast,
// by the operators of libtorch that it can be made of.
#pragma once

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <torch/library.h>

#include <optional>

namespace metatorch {

// Takes a first tensor of the dtypes that kernels are written for, whatever else is given.
struct TakesFloats {
  template <typename... Others>
  bool operator()(const at::Tensor& first, const Others&...) const {
    return first.scalar_type() == at::kFloat || first.scalar_type() == at::kDouble;
  }
};

inline bool NeedsGradient(const at::Tensor& argument) { return argument.requires_grad(); }
inline bool NeedsGradient(const std::optional<at::Tensor>& argument) {
  return argument.has_value() && argument->requires_grad();
}
template <typename Other>
bool NeedsGradient(const Other&) {
  return false;
}

// kKernel and kRecorded, which notes what its gradients need, are for arguments that Takes is true
// for; kByLibtorch is for all.
template <typename Takes, auto kKernel, auto kRecorded, auto kByLibtorch,
          typename = decltype(kByLibtorch)>
class OwnOperator;

template <typename Takes, auto kKernel, auto kRecorded, auto kByLibtorch, typename Result,
          typename... Arguments>
class OwnOperator<Takes, kKernel, kRecorded, kByLibtorch, Result (*)(Arguments...)> {
 public:
  // Implements what `library` has defined by that name.
  static void Implement(torch::Library& library, const char* name) {
    library.impl(name, c10::DispatchKey::CPU, &OnCpu);
    library.impl(name, c10::DispatchKey::AutogradCPU, &WithGradients);
    library.impl(name, c10::DispatchKey::AutocastCPU, kByLibtorch);
    library.impl(name, c10::DispatchKey::CompositeImplicitAutograd, kByLibtorch);
    // What is composed is so inside `vmap` too only where there is no kernel; a kernel would be run
    // for one sample after the other.
    library.impl(name, c10::DispatchKey::FuncTorchBatched, kByLibtorch);
  }

 private:
  static Result OnCpu(Arguments... arguments) {
    return Takes()(arguments...) ? kKernel(arguments...) : kByLibtorch(arguments...);
  }

  static Result WithGradients(Arguments... arguments) {
    if (!Takes()(arguments...)) return kByLibtorch(arguments...);
    if (at::GradMode::is_enabled() && (NeedsGradient(arguments) || ...)) {
      return kRecorded(arguments...);
    }
    const at::AutoDispatchBelowADInplaceOrView below;
    return kKernel(arguments...);
  }
};

}  // namespace metatorch
