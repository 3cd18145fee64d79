#include "kernels/products/products.h"

#include <ATen/ExpandUtils.h>
#include <ATen/Parallel.h>
#include <ATen/ops/addmm_cpu_dispatch.h>
#include <ATen/ops/baddbmm_cpu_dispatch.h>
#include <ATen/ops/bmm_cpu_dispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm_cpu_dispatch.h>
#include <torch/library.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "binding/quiet_library.h"
#include "kernels/products/product_kernel.h"

namespace metatorch {
namespace {

// Products of more multiplications are shared among threads.
constexpr int64_t kGrain = 6'000'000;
// Where 512 bits are computed in two halves, libtorch's kernels, which arrange both sides, are as
// fast or faster in larger matrices.
constexpr int64_t kLargestInHalves = int64_t{1} << 28;

// Whether libtorch's kernels are the slower ones.
bool ProcessorGains() {
#ifdef METATORCH_AVX512
  return HasProductKernel() && __builtin_cpu_is("amd");
#else
  return false;
#endif
}

// The multiplications of the largest product that the kernel takes. AMD's first processors that
// compute 512 bits at once are the first ones of theirs with these instructions.
int64_t Largest() {
#ifdef METATORCH_AVX512
  static const bool at_once = __builtin_cpu_supports("avx512vp2intersect");
  if (at_once) return std::numeric_limits<int64_t>::max();
#endif
  return kLargestInHalves;
}

bool OwnKernel() {
  static const bool own = [] {
    const char* choice = std::getenv("METATORCH_PRODUCTS");
    return ProcessorGains() && (choice == nullptr || std::string_view(choice) != "libtorch");
  }();
  return own;
}

bool IsPlain(const at::Tensor& x) {
  return x.scalar_type() == at::kFloat && x.layout() == at::kStrided && x.numel() > 0;
}

// Whether the kernel may take two matrices or two batches of matrices, and gains by it. What does
// not fit together is left to libtorch, which says so.
bool IsOurs(const at::Tensor& left, const at::Tensor& right, int64_t dims) {
  if (left.dim() != dims || right.dim() != dims || !IsPlain(left) || !IsPlain(right)) return false;
  if (dims == 3 && left.size(0) != right.size(0)) return false;
  const int64_t rows = left.size(-2);
  const int64_t columns = right.size(-1);
  const int64_t depth = left.size(-1);
  return depth == right.size(-2) && rows > 1 && columns > 1 && rows * columns <= Largest() / depth;
}

// Of the term that is added the kernel takes whole rows, or one number for each.
bool IsOurs(const at::Tensor& added, at::IntArrayRef sizes) {
  if (!IsPlain(added) || !at::is_expandable_to(added.sizes(), sizes)) return false;
  const bool one_number = added.dim() == 0 || added.size(-1) == 1;
  return one_number || added.stride(-1) == 1;
}

// A tensor's matrices, and how far apart they are.
struct Batch {
  // None.
  Batch() : matrix{nullptr, 0, 0}, stride(0) {}
  explicit Batch(const at::Tensor& x)
      : matrix{x.const_data_ptr<float>(), x.stride(-2), x.stride(-1)},
        stride(x.dim() == 3 ? x.stride(0) : 0) {}

  MatrixView At(int64_t index) const {
    return {matrix.data + index * stride, matrix.row_stride, matrix.column_stride};
  }

  MatrixView matrix;
  int64_t stride;
};

// The rows of one piece of work: few enough that every thread has some.
int64_t RowsAtOnce(int64_t batch, int64_t rows) {
  const int64_t threads = at::in_parallel_region() ? 1 : at::get_num_threads();
  const int64_t pieces =
      std::max((threads + batch - 1) / batch, (rows + kProductRows - 1) / kProductRows);
  return (rows + pieces - 1) / pieces;
}

// out = alpha · left · right + beta · added; `added` may be undefined, and is of the sizes of
// `out`.
void Multiply(at::Tensor& out, const at::Tensor& left, const at::Tensor& right,
              const at::Tensor& added, float alpha, float beta) {
  const Batch lefts(left);
  const Batch rights(right);
  const Batch terms = added.defined() ? Batch(added) : Batch();
  const int64_t batch = left.dim() == 3 ? left.size(0) : 1;
  const int64_t rows = left.size(-2);
  const int64_t columns = right.size(-1);
  const int64_t depth = left.size(-1);
  float* data = out.mutable_data_ptr<float>();
  const int64_t out_stride = out.dim() == 3 ? out.stride(0) : 0;
  const int64_t at_once = RowsAtOnce(batch, rows);
  const int64_t pieces = (rows + at_once - 1) / at_once;
  const int64_t grain = std::max<int64_t>(kGrain / (at_once * columns * depth), 1);
  at::parallel_for(0, batch * pieces, grain, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      const int64_t index = piece / pieces;
      const int64_t row = piece % pieces * at_once;
      const Product product{{rows, columns, depth},
                            lefts.At(index),
                            rights.At(index),
                            terms.At(index),
                            data + index * out_stride,
                            out.stride(-2),
                            alpha,
                            beta,
                            rights.At((piece + 1) / pieces % batch).data};
      MultiplyRows(product, row, std::min(row + at_once, rows));
    }
  });
}

at::Tensor Mm(const at::Tensor& left, const at::Tensor& right) {
  if (!IsOurs(left, right, 2)) return at::cpu::mm(left, right);
  at::Tensor out = at::empty({left.size(0), right.size(1)}, left.options());
  Multiply(out, left, right, {}, 1, 0);
  return out;
}

at::Tensor Bmm(const at::Tensor& left, const at::Tensor& right) {
  if (!IsOurs(left, right, 3)) return at::cpu::bmm(left, right);
  at::Tensor out = at::empty({left.size(0), left.size(1), right.size(2)}, left.options());
  Multiply(out, left, right, {}, 1, 0);
  return out;
}

at::Tensor AddProduct(const at::Tensor& added, const at::Tensor& left, const at::Tensor& right,
                      at::IntArrayRef sizes, const at::Scalar& beta, const at::Scalar& alpha) {
  at::Tensor out = at::empty(sizes, left.options());
  // A factor of 0 forgets what is added, infinities too.
  const bool forget = beta.toFloat() == 0;
  Multiply(out, left, right, forget ? at::Tensor() : added.expand(sizes), alpha.toFloat(),
           beta.toFloat());
  return out;
}

at::Tensor Addmm(const at::Tensor& added, const at::Tensor& left, const at::Tensor& right,
                 const at::Scalar& beta, const at::Scalar& alpha) {
  if (IsOurs(left, right, 2)) {
    const int64_t sizes[] = {left.size(0), right.size(1)};
    if (IsOurs(added, sizes)) return AddProduct(added, left, right, sizes, beta, alpha);
  }
  return at::cpu::addmm(added, left, right, beta, alpha);
}

at::Tensor Baddbmm(const at::Tensor& added, const at::Tensor& left, const at::Tensor& right,
                   const at::Scalar& beta, const at::Scalar& alpha) {
  if (IsOurs(left, right, 3)) {
    const int64_t sizes[] = {left.size(0), left.size(1), right.size(2)};
    if (IsOurs(added, sizes)) return AddProduct(added, left, right, sizes, beta, alpha);
  }
  return at::cpu::baddbmm(added, left, right, beta, alpha);
}

}  // namespace

bool HasProductKernel() {
#ifdef METATORCH_AVX512
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

void ProductInto(at::Tensor& out, const at::Tensor& left, const at::Tensor& right) {
  if (OwnKernel() && IsOurs(left, right, 2)) {
    Multiply(out, left, right, {}, 1, 0);
  } else {
    at::cpu::mm_out(out, left, right);
  }
}

TORCH_LIBRARY_IMPL(aten, CPU, library) {
  if (!OwnKernel()) return;
  const QuietLibrary quiet;
  library.impl("mm", &Mm);
  library.impl("bmm", &Bmm);
  library.impl("addmm", &Addmm);
  library.impl("baddbmm", &Baddbmm);
}

}  // namespace metatorch
