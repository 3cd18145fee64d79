// Compiled for AVX-512, see few_rows_tile.h.
#ifdef METATORCH_X86
#include "kernels/few_rows/few_rows_kernels.h"
#include "kernels/few_rows/few_rows_tile.h"

namespace metatorch {

void MultiplyFewRowsAvx512(const FewRows& product, int64_t begin, int64_t end) {
  FewRowsKernel<64, 4>::Multiply(product, begin, end);
}

}  // namespace metatorch
#endif
