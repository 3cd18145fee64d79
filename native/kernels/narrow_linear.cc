// x·Wᵀ + b with weights of fewer bits than 32, without gradients:
//   metatorch::int8_pack(weight [out, in] int8) -> what int8_linear takes
//   metatorch::int8_linear(x [..., in], packed, scales [out], bias [out]) -> [..., out]
//   metatorch::half_linear(x [..., in], weight [out, in] float16 or bfloat16, bias [out]) -> [...,
//   out]
//
// In int8 each row of x is quantized by itself when it comes, and meets the weights in oneDNN's
// kernels, which use the processor's instructions for it. The weights of half_linear are read from
// memory in 16 bits, and widened block by block in the cache, where the products read them, or for
// a few rows, number by number, by the kernel for those.
#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/cpu/Utils.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <torch/library.h>

#include <algorithm>

#include "kernels/few_rows/fill_few_rows.h"
#include "kernels/rows/quantized_rows.h"

namespace metatorch::narrow_linear {
namespace {

using Bias = std::optional<at::Tensor>;

// Elements of widened weights at a time: half a megabyte.
constexpr int64_t kBlock = 131072;
// Rows that a thread takes at least.
constexpr int64_t kGrain = 32;

std::optional<c10::OperatorHandle> Find(const char* name) {
  return c10::Dispatcher::singleton().findSchema({name, ""});
}

void CheckInput(const at::Tensor& x, int64_t in, const char* name) {
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) == in, name, ": expected x of shape [..., ", in,
              "] but received ", x.sizes());
  TORCH_CHECK(x.scalar_type() == at::kFloat, name, ": expected x of dtype float32");
}

void CheckVector(const at::Tensor& vector, int64_t size, const char* what, const char* name) {
  TORCH_CHECK(vector.dim() == 1 && vector.size(0) == size, name, ": expected ", what, " of shape [",
              size, "] but received ", vector.sizes());
  TORCH_CHECK(vector.scalar_type() == at::kFloat, name, ": expected ", what, " of dtype float32");
}

std::vector<int64_t> ShapeOf(const at::Tensor& x, int64_t out) {
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = out;
  return shape;
}

at::Tensor Int8Pack(const at::Tensor& weight) {
  TORCH_CHECK(weight.dim() == 2 && weight.scalar_type() == at::kChar && weight.numel() > 0,
              "int8_pack: expected an int8 weight of shape [out, in] with elements");
  const auto pack = Find("onednn::qlinear_prepack");
  if (!pack.has_value() || !weight.is_cpu()) return weight;
  torch::jit::Stack stack{weight.contiguous(), c10::IValue()};
  pack->callBoxed(stack);
  return stack.at(0).toTensor();
}

// oneDNN's product of quantized rows and packed weights, before rows are scaled.
at::Tensor Product(const at::Tensor& quantized, const at::Tensor& packed,
                   const at::Tensor& scales) {
  const auto product = Find("onednn::qlinear_pointwise");
  TORCH_CHECK(product.has_value(), "int8_linear: this libtorch lacks onednn::qlinear_pointwise");
  const at::Tensor zeros = at::zeros({scales.size(0)}, scales.options().dtype(at::kInt));
  const c10::impl::GenericList none(c10::OptionalType::create(c10::NumberType::get()));
  torch::jit::Stack stack{quantized,
                          1.0,
                          static_cast<int64_t>(kQuantizedZero),
                          packed,
                          scales,
                          zeros,
                          c10::IValue(),
                          1.0,
                          static_cast<int64_t>(0),
                          static_cast<int64_t>(at::kFloat),
                          "none",
                          none,
                          ""};
  product->callBoxed(stack);
  return stack.at(0).toTensor();
}

at::Tensor Int8Linear(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& scales,
                      const Bias& bias) {
  TORCH_CHECK(packed.dim() == 2 && packed.scalar_type() == at::kChar,
              "int8_linear: expected weights of int8_pack");
  // oneDNN has the weights transposed.
  const int64_t in = packed.size(packed.is_mkldnn() ? 0 : 1);
  const int64_t out = packed.size(packed.is_mkldnn() ? 1 : 0);
  CheckInput(x, in, "int8_linear");
  CheckVector(scales, out, "scales", "int8_linear");
  if (bias.has_value()) CheckVector(*bias, out, "bias", "int8_linear");
  if (x.numel() == 0) return at::empty(ShapeOf(x, out), x.options());
  if (!packed.is_mkldnn()) {
    return at::linear(x, packed.to(at::kFloat) * scales.unsqueeze(1), bias);
  }
  const at::Tensor rows = x.reshape({-1, x.size(-1)}).contiguous();
  const int64_t count = rows.size(0);
  const at::Tensor quantized = at::empty(rows.sizes(), rows.options().dtype(at::kByte));
  const at::Tensor steps = at::empty({count}, rows.options());
  // Without these instructions, pairs of products are added in 16 bits, which eight bits overflow.
  const int levels = at::cpu::is_avx512_vnni_supported() ? 127 : 63;
  const FloatRows from{rows.const_data_ptr<float>(), in};
  auto* to = quantized.mutable_data_ptr<uint8_t>();
  auto* step = steps.mutable_data_ptr<float>();
  at::parallel_for(0, count, kGrain, [&](int64_t begin, int64_t end) {
    QuantizeRows(from, begin, end, levels, to, step);
  });
  at::Tensor y = Product(quantized, packed, scales.contiguous()).contiguous();
  const at::Tensor added = bias.has_value() ? bias->contiguous() : at::Tensor();
  const float* first = added.defined() ? added.const_data_ptr<float>() : nullptr;
  auto* made = y.mutable_data_ptr<float>();
  at::parallel_for(0, count, kGrain, [&](int64_t begin, int64_t end) {
    ScaleRows(made, out, begin, end, step, first);
  });
  return y.view(ShapeOf(x, out));
}

at::Tensor FewNarrowRows(const at::Tensor& x, const at::Tensor& weight, const Bias& bias) {
  const Bias added = bias.has_value() ? Bias(bias->contiguous()) : Bias();
  const void* data = weight.const_data_ptr();
  if (weight.scalar_type() == at::kHalf) {
    return FewRowsTimes(x, static_cast<const Float16*>(data), weight.size(0), added);
  }
  return FewRowsTimes(x, static_cast<const BFloat16*>(data), weight.size(0), added);
}

at::Tensor HalfLinear(const at::Tensor& x, const at::Tensor& weight, const Bias& bias) {
  TORCH_CHECK(weight.dim() == 2 && weight.size(1) > 0 &&
                  (weight.scalar_type() == at::kHalf || weight.scalar_type() == at::kBFloat16),
              "half_linear: expected a float16 or bfloat16 weight of shape [out, in]");
  CheckInput(x, weight.size(1), "half_linear");
  const int64_t out = weight.size(0);
  if (bias.has_value()) CheckVector(*bias, out, "bias", "half_linear");
  if (IsFewRows(x, weight.size(1)) && weight.is_contiguous() && HasFewNarrowRows()) {
    return FewNarrowRows(x.contiguous(), weight, bias);
  }
  const at::Tensor rows = x.reshape({-1, x.size(-1)});
  at::Tensor y = at::empty({rows.size(0), out}, rows.options());
  const int64_t block = std::max<int64_t>(16, kBlock / weight.size(1));
  for (int64_t start = 0; start < out; start += block) {
    const int64_t size = std::min(block, out - start);
    const at::Tensor wide = weight.narrow(0, start, size).to(at::kFloat).t();
    at::Tensor part = y.narrow(1, start, size);
    if (bias.has_value()) {
      at::addmm_out(part, bias->narrow(0, start, size), rows, wide);
    } else {
      at::mm_out(part, rows, wide);
    }
  }
  return y.view(ShapeOf(x, out));
}

// Runs a kernel where no gradient is asked for, which would be silently missing.
template <auto kKernel, typename... Others>
at::Tensor WithoutGradients(const at::Tensor& x, Others... others) {
  TORCH_CHECK(!at::GradMode::is_enabled() || !x.requires_grad(),
              "weights of fewer bits are frozen: x does not require grad, or is used in noGrad()");
  const at::AutoDispatchBelowADInplaceOrView below;
  return kKernel(x, others...);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(metatorch, library) {
  library.def("int8_pack(Tensor weight) -> Tensor");
  library.impl("int8_pack", c10::DispatchKey::CPU, &Int8Pack);
  library.def("int8_linear(Tensor x, Tensor packed, Tensor scales, Tensor? bias=None) -> Tensor");
  library.impl("int8_linear", c10::DispatchKey::CPU, &Int8Linear);
  library.impl("int8_linear", c10::DispatchKey::MkldnnCPU, &Int8Linear);
  library.impl("int8_linear", c10::DispatchKey::Autograd,
               &WithoutGradients<&Int8Linear, const at::Tensor&, const at::Tensor&, const Bias&>);
  library.def("half_linear(Tensor x, Tensor weight, Tensor? bias=None) -> Tensor");
  library.impl("half_linear", c10::DispatchKey::CPU, &HalfLinear);
  library.impl("half_linear", c10::DispatchKey::Autograd,
               &WithoutGradients<&HalfLinear, const at::Tensor&, const Bias&>);
}

}  // namespace metatorch::narrow_linear
