#include "kernels/few_rows/few_rows.h"

#include "kernels/few_rows/few_rows_kernels.h"
#include "kernels/few_rows/few_rows_tile.h"

namespace metatorch {
namespace {

using Kernel = void (*)(const FewRows&, int64_t, int64_t);

// The one with the widest vectors that the processor has.
Kernel Widest() {
#ifdef METATORCH_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return &MultiplyFewRowsAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &MultiplyFewRowsAvx2;
#endif
  return &FewRowsKernel<16, 2>::Multiply;
}

}  // namespace

void MultiplyFewRows(const FewRows& product, int64_t begin, int64_t end) {
  static const Kernel kernel = Widest();
  kernel(product, begin, end);
}

}  // namespace metatorch
