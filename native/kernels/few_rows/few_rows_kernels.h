// The kernels for processors with such instructions.
#pragma once

#include "kernels/few_rows/few_rows.h"

namespace metatorch {

void MultiplyFewRowsAvx512(const FewRows& product, int64_t begin, int64_t end);
void MultiplyFewRowsAvx2(const FewRows& product, int64_t begin, int64_t end);

}  // namespace metatorch
