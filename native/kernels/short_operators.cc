// Operators that mostly move memory, each by libtorch's own kernel: short ones stay on the calling
// thread. libtorch shares from 32,768 numbers on, which is 8 µs of work, but to wake a thread that
// sleeps while it waits takes 45 (docs/architecture.md).
#include <ATen/Parallel.h>
#include <ATen/ops/_fused_adam_cpu_dispatch.h>
#include <ATen/ops/add_cpu_dispatch.h>
#include <ATen/ops/addcmul_cpu_dispatch.h>
#include <ATen/ops/amax_cpu_dispatch.h>
#include <ATen/ops/cat_cpu_dispatch.h>
#include <ATen/ops/clamp_min_cpu_dispatch.h>
#include <ATen/ops/copy_native.h>
#include <ATen/ops/div_cpu_dispatch.h>
#include <ATen/ops/fill_cpu_dispatch.h>
#include <ATen/ops/gelu_backward_cpu_dispatch.h>
#include <ATen/ops/gelu_cpu_dispatch.h>
#include <ATen/ops/lerp_cpu_dispatch.h>
#include <ATen/ops/mul_cpu_dispatch.h>
#include <ATen/ops/neg_cpu_dispatch.h>
#include <ATen/ops/sigmoid_backward_cpu_dispatch.h>
#include <ATen/ops/sigmoid_cpu_dispatch.h>
#include <ATen/ops/silu_backward_cpu_dispatch.h>
#include <ATen/ops/silu_cpu_dispatch.h>
#include <ATen/ops/sub_cpu_dispatch.h>
#include <ATen/ops/sum_cpu_dispatch.h>
#include <ATen/ops/tanh_backward_cpu_dispatch.h>
#include <ATen/ops/threshold_backward_cpu_dispatch.h>
#include <ATen/ops/where_cpu_dispatch.h>
#include <strings.h>
#include <torch/library.h>

#include <algorithm>
#include <cstdlib>

#include "binding/quiet_library.h"

#ifdef _OPENMP
#include <omp.h>

namespace metatorch {
namespace {

// Of the largest operand. Below the first nothing is shared anyway.
constexpr size_t kLeastBytes = size_t{32} << 10;
constexpr size_t kMostBytes = size_t{2} << 20;

// Whether the environment has OpenMP's threads sleep as soon as they have nothing to do, which the
// loader asks for unless the user has chosen.
bool ThreadsSleep() {
  const char* policy = std::getenv("OMP_WAIT_POLICY");
  return std::getenv("GOMP_SPINCOUNT") == nullptr && policy != nullptr &&
         strcasecmp(policy, "passive") == 0;
}

size_t Bytes(const at::Tensor& operand) { return operand.nbytes(); }
// Of the largest, as each is shared by itself.
size_t Bytes(at::TensorList operands) {
  size_t most = 0;
  for (const at::Tensor& operand : operands) most = std::max(most, operand.nbytes());
  return most;
}
// Of all, which become one.
size_t Bytes(const at::ITensorListRef& operands) {
  size_t all = 0;
  for (const at::Tensor& operand : operands) all += operand.nbytes();
  return all;
}
template <typename Other>
size_t Bytes(const Other&) {
  return 0;
}

class OneThread {
 public:
  OneThread() : threads_(at::get_num_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(threads_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int threads_;
};

template <auto kKernel, typename = decltype(kKernel)>
struct Short;

template <auto kKernel, typename Result, typename... Arguments>
struct Short<kKernel, Result (*)(Arguments...)> {
  static Result Run(Arguments... arguments) {
    const size_t bytes = std::max({Bytes(arguments)...});
    if (bytes < kLeastBytes || bytes > kMostBytes) return kKernel(arguments...);
    const OneThread here;
    return kKernel(arguments...);
  }
};

// Of the kernels of one name, that of the given type.
template <typename Type>
constexpr Type* Kernel(Type* kernel) {
  return kernel;
}

using at::Scalar;
using at::Tensor;
using Binary = Tensor(const Tensor&, const Tensor&);
using BinaryInPlace = Tensor&(Tensor&, const Tensor&);
using WithScalar = Tensor(const Tensor&, const Scalar&);
using FillInPlace = Tensor&(Tensor&, const Scalar&);
using LerpByScalar = Tensor(const Tensor&, const Tensor&, const Scalar&);
using Adam = void(at::TensorList, at::TensorList, at::TensorList, at::TensorList, at::TensorList,
                  at::TensorList, double, double, double, double, double, bool, bool,
                  const std::optional<Tensor>&, const std::optional<Tensor>&);

void ImplementArithmetic(torch::Library& library) {
  library.impl("add.Tensor", &Short<&at::cpu::add>::Run);
  library.impl("add_.Tensor", &Short<&at::cpu::add_>::Run);
  library.impl("sub.Tensor", &Short<&at::cpu::sub>::Run);
  library.impl("sub_.Tensor", &Short<&at::cpu::sub_>::Run);
  library.impl("mul.Tensor", &Short<&at::cpu::mul>::Run);
  library.impl("mul_.Tensor", &Short<&at::cpu::mul_>::Run);
  library.impl("div.Tensor", &Short<Kernel<Binary>(&at::cpu::div)>::Run);
  library.impl("div_.Tensor", &Short<Kernel<BinaryInPlace>(&at::cpu::div_)>::Run);
  library.impl("neg", &Short<&at::cpu::neg>::Run);
  library.impl("addcmul", &Short<&at::cpu::addcmul>::Run);
  library.impl("lerp.Scalar", &Short<Kernel<LerpByScalar>(&at::cpu::lerp)>::Run);
  library.impl("sum.dim_IntList", &Short<&at::cpu::sum>::Run);
  library.impl("sum.IntList_out", &Short<&at::cpu::sum_outf>::Run);
  library.impl("amax", &Short<&at::cpu::amax>::Run);
  library.impl("_fused_adam_", &Short<Kernel<Adam>(&at::cpu::_fused_adam_)>::Run);
}

void ImplementActivations(torch::Library& library) {
  library.impl("clamp_min", &Short<Kernel<WithScalar>(&at::cpu::clamp_min)>::Run);
  library.impl("threshold_backward", &Short<&at::cpu::threshold_backward>::Run);
  library.impl("gelu", &Short<&at::cpu::gelu>::Run);
  library.impl("gelu_backward", &Short<&at::cpu::gelu_backward>::Run);
  library.impl("silu", &Short<&at::cpu::silu>::Run);
  library.impl("silu_backward", &Short<&at::cpu::silu_backward>::Run);
  library.impl("sigmoid", &Short<&at::cpu::sigmoid>::Run);
  library.impl("sigmoid_backward", &Short<&at::cpu::sigmoid_backward>::Run);
  library.impl("tanh_backward", &Short<&at::cpu::tanh_backward>::Run);
}

void ImplementMoves(torch::Library& library) {
  library.impl("copy_", &Short<&at::native::copy_>::Run);
  library.impl("fill_.Scalar", &Short<Kernel<FillInPlace>(&at::cpu::fill_)>::Run);
  library.impl("cat", &Short<&at::cpu::cat>::Run);
  library.impl("where.self", &Short<&at::cpu::where>::Run);
}

}  // namespace

TORCH_LIBRARY_IMPL(aten, CPU, library) {
  if (!ThreadsSleep()) return;
  const QuietLibrary quiet;
  ImplementArithmetic(library);
  ImplementActivations(library);
  ImplementMoves(library);
}

}  // namespace metatorch

#endif
