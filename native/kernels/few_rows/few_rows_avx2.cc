// Compiled for AVX2, see few_rows_tile.h.
#ifdef METATORCH_X86
#include <immintrin.h>

#include "kernels/few_rows/few_rows_kernels.h"
#include "kernels/few_rows/few_rows_tile.h"

namespace metatorch {
namespace {

struct Reader : FloatReader<32> {
  using FloatReader::Read;
  using FloatReader::ReadOne;

  static Vector Read(const Float16* from) { return _mm256_cvtph_ps(Bits(from)); }
  static Vector Read(const BFloat16* from) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(Bits(from)), 16));
  }
  static __m128i Bits(const void* from) {
    return _mm_loadu_si128(static_cast<const __m128i*>(from));
  }

  static float ReadOne(const Float16* from) { return _cvtsh_ss(from->bits); }
  static float ReadOne(const BFloat16* from) {
    const uint32_t bits = uint32_t{from->bits} << 16;
    return __builtin_bit_cast(float, bits);
  }
};

using Kernel = FewRowsKernel<Reader, 2>;

}  // namespace

void MultiplyFewRowsAvx2(const FewRows<float>& product, int64_t begin, int64_t end) {
  Kernel::Multiply(product, begin, end);
}

void MultiplyFewRowsAvx2(const FewRows<Float16>& product, int64_t begin, int64_t end) {
  Kernel::Multiply(product, begin, end);
}

void MultiplyFewRowsAvx2(const FewRows<BFloat16>& product, int64_t begin, int64_t end) {
  Kernel::Multiply(product, begin, end);
}

}  // namespace metatorch
#endif
