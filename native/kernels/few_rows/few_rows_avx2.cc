// Compiled for AVX2, see few_rows_tile.h.
#ifdef METATORCH_X86
#include "kernels/few_rows/few_rows_kernels.h"
#include "kernels/few_rows/few_rows_tile.h"

namespace metatorch {

void MultiplyFewRowsAvx2(const FewRows& product, int64_t begin, int64_t end) {
  FewRowsKernel<32, 2>::Multiply(product, begin, end);
}

}  // namespace metatorch
#endif
