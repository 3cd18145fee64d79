// The kernels for processors with such instructions.
#pragma once

#include "kernels/few_rows/few_rows.h"

namespace metatorch {

void MultiplyFewRowsAvx512(const FewRows<float>& product, int64_t begin, int64_t end);
void MultiplyFewRowsAvx512(const FewRows<Float16>& product, int64_t begin, int64_t end);
void MultiplyFewRowsAvx512(const FewRows<BFloat16>& product, int64_t begin, int64_t end);

void MultiplyFewRowsAvx2(const FewRows<float>& product, int64_t begin, int64_t end);
void MultiplyFewRowsAvx2(const FewRows<Float16>& product, int64_t begin, int64_t end);
void MultiplyFewRowsAvx2(const FewRows<BFloat16>& product, int64_t begin, int64_t end);

}  // namespace metatorch
