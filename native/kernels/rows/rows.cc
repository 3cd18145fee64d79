#include "kernels/rows/rows.h"

#include "kernels/clones.h"

namespace metatorch {
namespace {

template <typename T>
void AddScaled(T* target, const T* source, T scale, int64_t count) {
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) target[i] += scale * source[i];
}

template <typename T>
T Dot(const T* a, const T* b, int64_t count) {
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

// NaN is greater than everything and stays, as in libtorch.
template <typename T>
void KeepGreater(T* best, int32_t* place, const T* row, int32_t at, int64_t count) {
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    const bool greater = row[i] > best[i] || row[i] != row[i];
    best[i] = greater ? row[i] : best[i];
    place[i] = greater ? at : place[i];
  }
}

}  // namespace

METATORCH_CLONES void AddScaledRow(float* target, const float* source, float scale, int64_t count) {
  AddScaled(target, source, scale, count);
}
METATORCH_CLONES void AddScaledRow(double* target, const double* source, double scale,
                                   int64_t count) {
  AddScaled(target, source, scale, count);
}
METATORCH_CLONES float DotRow(const float* a, const float* b, int64_t count) {
  return Dot(a, b, count);
}
METATORCH_CLONES double DotRow(const double* a, const double* b, int64_t count) {
  return Dot(a, b, count);
}

METATORCH_CLONES void KeepGreaterRow(float* best, int32_t* place, const float* row, int32_t at,
                                     int64_t count) {
  KeepGreater(best, place, row, at, count);
}
METATORCH_CLONES void KeepGreaterRow(double* best, int32_t* place, const double* row, int32_t at,
                                     int64_t count) {
  KeepGreater(best, place, row, at, count);
}

}  // namespace metatorch
