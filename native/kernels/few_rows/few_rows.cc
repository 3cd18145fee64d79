#include "kernels/few_rows/few_rows.h"

#include "kernels/few_rows/few_rows_kernels.h"
#include "kernels/few_rows/few_rows_tile.h"

namespace metatorch {
namespace {

enum class Instructions { kPlain, kAvx2, kAvx512 };

// The widest that the processor has.
Instructions Widest() {
#ifdef METATORCH_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("f16c")) {
    return Instructions::kAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("f16c")) {
    return Instructions::kAvx2;
  }
#endif
  return Instructions::kPlain;
}

Instructions AtHand() {
  static const Instructions instructions = Widest();
  return instructions;
}

// False where there is no kernel for them.
template <typename Weight>
bool MultiplyWide(const FewRows<Weight>& product, int64_t begin, int64_t end) {
#ifdef METATORCH_X86
  switch (AtHand()) {
    case Instructions::kAvx512:
      MultiplyFewRowsAvx512(product, begin, end);
      return true;
    case Instructions::kAvx2:
      MultiplyFewRowsAvx2(product, begin, end);
      return true;
    default:
      break;
  }
#endif
  return false;
}

}  // namespace

void MultiplyFewRows(const FewRows<float>& product, int64_t begin, int64_t end) {
  if (MultiplyWide(product, begin, end)) return;
  FewRowsKernel<FloatReader<16>, 2>::Multiply(product, begin, end);
}

bool HasFewNarrowRows() { return AtHand() != Instructions::kPlain; }

void MultiplyFewRows(const FewRows<Float16>& product, int64_t begin, int64_t end) {
  MultiplyWide(product, begin, end);
}

void MultiplyFewRows(const FewRows<BFloat16>& product, int64_t begin, int64_t end) {
  MultiplyWide(product, begin, end);
}

}  // namespace metatorch
