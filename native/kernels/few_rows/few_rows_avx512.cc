// Compiled for AVX-512, see few_rows_tile.h.
#ifdef METATORCH_X86
#include <immintrin.h>

#include "kernels/few_rows/few_rows_kernels.h"
#include "kernels/few_rows/few_rows_tile.h"

namespace metatorch {
namespace {

struct Reader : FloatReader<64> {
  using FloatReader::Read;
  using FloatReader::ReadOne;

  // With a mask of all lanes, since GCC 12 takes what those without one begin with for undefined.
  static Vector Read(const Float16* from) { return _mm512_maskz_cvtph_ps(kAll, Bits(from)); }
  static Vector Read(const BFloat16* from) {
    const __m512i wide = _mm512_maskz_cvtepu16_epi32(kAll, Bits(from));
    return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(kAll, wide, 16));
  }
  static __m256i Bits(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
  }
  static constexpr __mmask16 kAll = 0xffff;

  static float ReadOne(const Float16* from) { return _cvtsh_ss(from->bits); }
  static float ReadOne(const BFloat16* from) {
    const uint32_t bits = uint32_t{from->bits} << 16;
    return __builtin_bit_cast(float, bits);
  }
};

using Kernel = FewRowsKernel<Reader, 4>;

}  // namespace

void MultiplyFewRowsAvx512(const FewRows<float>& product, int64_t begin, int64_t end) {
  Kernel::Multiply(product, begin, end);
}

void MultiplyFewRowsAvx512(const FewRows<Float16>& product, int64_t begin, int64_t end) {
  Kernel::Multiply(product, begin, end);
}

void MultiplyFewRowsAvx512(const FewRows<BFloat16>& product, int64_t begin, int64_t end) {
  Kernel::Multiply(product, begin, end);
}

}  // namespace metatorch
#endif
