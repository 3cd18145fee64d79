#include "kernels/rows/quantized_rows.h"

#include <bit>
#include <limits>

#include "kernels/clones.h"

namespace metatorch {
namespace {

constexpr uint32_t kAbsolute = 0x7FFFFFFF;
constexpr uint32_t kInfinity = 0x7F800000;

// The greatest absolute value, as bits: those of numbers without a sign are ordered as they are,
// and those of what is not finite come last.
[[gnu::always_inline]] inline uint32_t GreatestBits(const float* x, int64_t size) {
  uint32_t most = 0;
#pragma omp simd reduction(max : most)
  for (int64_t j = 0; j < size; ++j) {
    const uint32_t bits = std::bit_cast<uint32_t>(x[j]) & kAbsolute;
    most = bits > most ? bits : most;
  }
  return most;
}

}  // namespace

METATORCH_CLONES void QuantizeRows(FloatRows x, int64_t begin, int64_t end, int levels,
                                   uint8_t* quantized, float* steps) {
  for (int64_t i = begin; i < end; ++i) {
    const float* row = x.data + i * x.size;
    uint8_t* to = quantized + i * x.size;
    const uint32_t most = GreatestBits(row, x.size);
    const bool finite = most < kInfinity;
    const float greatest = std::bit_cast<float>(most);
    steps[i] =
        finite ? greatest / static_cast<float>(levels) : std::numeric_limits<float>::quiet_NaN();
    // Of a step that is too small to divide by, the row is 0.
    const bool divides = finite && steps[i] >= std::numeric_limits<float>::min();
    const float per_step = divides ? 1 / steps[i] : 0;
    // Positive, so that cutting off the fraction rounds to the nearest.
    constexpr float kShift = kQuantizedZero + 0.5F;
#pragma omp simd
    for (int64_t j = 0; j < x.size; ++j) {
      const float value = finite ? row[j] : 0;
      to[j] = static_cast<uint8_t>(static_cast<int32_t>(value * per_step + kShift));
    }
  }
}

METATORCH_CLONES void ScaleRows(float* y, int64_t size, int64_t begin, int64_t end,
                                const float* steps, const float* bias) {
  for (int64_t i = begin; i < end; ++i) {
    float* row = y + i * size;
    const float step = steps[i];
    if (bias == nullptr) {
#pragma omp simd
      for (int64_t j = 0; j < size; ++j) row[j] *= step;
    } else {
#pragma omp simd
      for (int64_t j = 0; j < size; ++j) row[j] = row[j] * step + bias[j];
    }
  }
}

}  // namespace metatorch
