#include "kernels/rows/softmax_rows.h"

#include <bit>
#include <cmath>
#include <limits>

#include "kernels/clones.h"

namespace metatorch {
namespace {

// e^x for x ≤ 0, within 2 units in the last place: 2^n · e^r with x = n·ln 2 + r and |r| ≤ ln 2 /
// 2, and for e^r the first terms of its series. What would be subnormal is 0.
[[gnu::always_inline]] inline float ExpOf(float x) {
  constexpr float kLowest = -87.33654F;
  // Added to a number it leaves its nearest integer in the lowest bits.
  constexpr float kShift = 12582912.0F;
  const float bounded = x < kLowest ? kLowest : x;
  const float shifted = bounded * 1.44269504F + kShift;
  const float n = shifted - kShift;
  const float r = (bounded - n * 0.693359375F) + n * 2.12194440e-4F;
  float series = 1.0F / 5040;
  series = series * r + 1.0F / 720;
  series = series * r + 1.0F / 120;
  series = series * r + 1.0F / 24;
  series = series * r + 1.0F / 6;
  series = series * r + 0.5F;
  series = series * r + 1;
  series = series * r + 1;
  const uint32_t exponent = (std::bit_cast<uint32_t>(shifted) + 127U) << 23U;
  const float result = series * std::bit_cast<float>(exponent);
  return x < kLowest ? 0 : result;
}

[[gnu::always_inline]] inline double ExpOf(double x) { return std::exp(x); }

template <typename T>
[[gnu::always_inline]] inline void Softmax(T* x, int64_t rows, int64_t columns) {
  constexpr T kNone = -std::numeric_limits<T>::infinity();
  const int64_t filled = FilledUp(columns);
  for (int64_t i = 0; i < rows; ++i, x += filled) {
    T greatest = kNone;
#pragma omp simd reduction(max : greatest)
    for (int64_t j = 0; j < filled; ++j) greatest = x[j] > greatest ? x[j] : greatest;
    const T base = greatest == kNone ? 0 : greatest;
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t j = 0; j < filled; ++j) {
      x[j] = ExpOf(x[j] - base);
      sum += x[j];
    }
    const T scale = greatest == kNone ? 0 : 1 / sum;
#pragma omp simd
    for (int64_t j = 0; j < filled; ++j) x[j] *= scale;
  }
}

template <typename T>
[[gnu::always_inline]] inline void Move(const T* p, T* x, T* means, int64_t rows, int64_t columns) {
  const int64_t filled = FilledUp(columns);
  for (int64_t i = 0; i < rows; ++i, x += filled, p += filled) {
    T mean = 0;
#pragma omp simd reduction(+ : mean)
    for (int64_t j = 0; j < filled; ++j) mean += p[j] == 0 ? 0 : p[j] * x[j];
    means[i] = mean;
#pragma omp simd
    for (int64_t j = 0; j < filled; ++j) x[j] = p[j] == 0 ? 0 : p[j] * (x[j] - mean);
  }
}

}  // namespace

METATORCH_CLONES void SoftmaxRows(float* x, int64_t rows, int64_t columns) {
  Softmax(x, rows, columns);
}
METATORCH_CLONES void SoftmaxRows(double* x, int64_t rows, int64_t columns) {
  Softmax(x, rows, columns);
}

METATORCH_CLONES void MoveRows(const float* p, float* x, float* means, int64_t rows,
                               int64_t columns) {
  Move(p, x, means, rows, columns);
}
METATORCH_CLONES void MoveRows(const double* p, double* x, double* means, int64_t rows,
                               int64_t columns) {
  Move(p, x, means, rows, columns);
}

}  // namespace metatorch
