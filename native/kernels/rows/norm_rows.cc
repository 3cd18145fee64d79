#include "kernels/rows/norm_rows.h"

#include <cmath>

#include "kernels/clones.h"

namespace metatorch {
namespace {

template <typename T>
struct Moments {
  T mean;
  // 1 / √(variance + eps)
  T scale;
};

template <typename T>
[[gnu::always_inline]] inline Moments<T> MomentsOf(const NormRow<T>& row) {
  const T* x = row.x;
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < row.size; ++j) sum += x[j];
  const T mean = sum / row.size;
  T squares = 0;
#pragma omp simd reduction(+ : squares)
  for (int64_t j = 0; j < row.size; ++j) squares += (x[j] - mean) * (x[j] - mean);
  return {mean, 1 / std::sqrt(squares / row.size + row.eps)};
}

template <typename T>
[[gnu::always_inline]] inline void Forward(const NormRow<T>& row, const T* bias, T* y) {
  const auto [mean, scale] = MomentsOf(row);
  const auto [x, weight, size, eps] = row;
#pragma omp simd
  for (int64_t j = 0; j < size; ++j) y[j] = (x[j] - mean) * scale * weight[j] + bias[j];
}

// With x̂ for the normalised row and h = g·weight: ∂x = scale · (h - mean(h) - x̂·mean(h·x̂)).
template <typename T>
[[gnu::always_inline]] inline void Gradients(const NormRow<T>& row, const T* g,
                                             const NormGradients<T>& to) {
  const auto [mean, scale] = MomentsOf(row);
  const auto [x, weight, size, eps] = row;
  const auto [to_x, to_weight, to_bias] = to;
  T h_sum = 0;
  T hx_sum = 0;
#pragma omp simd reduction(+ : h_sum, hx_sum)
  for (int64_t j = 0; j < size; ++j) {
    const T normal = (x[j] - mean) * scale;
    const T h = g[j] * weight[j];
    h_sum += h;
    hx_sum += h * normal;
    to_weight[j] += g[j] * normal;
    to_bias[j] += g[j];
  }
  const T h_mean = h_sum / size;
  const T hx_mean = hx_sum / size;
#pragma omp simd
  for (int64_t j = 0; j < size; ++j) {
    const T normal = (x[j] - mean) * scale;
    to_x[j] = scale * (g[j] * weight[j] - h_mean - normal * hx_mean);
  }
}

// Means over a row that its gradients of gradients are made of; u, a and b are the cotangents of x,
// weight and bias.
template <typename T>
struct Means {
  T h, u, hx, ux, hu, ag, agx;
};

template <typename T>
[[gnu::always_inline]] inline Means<T> MeansOf(const NormRow<T>& row, const Moments<T>& moments,
                                               const T* g, const T* u, const T* a) {
  const auto [mean, scale] = moments;
  const auto [x, weight, size, eps] = row;
  T h_sum = 0, u_sum = 0, hx_sum = 0, ux_sum = 0, hu_sum = 0, ag_sum = 0, agx_sum = 0;
#pragma omp simd reduction(+ : h_sum, u_sum, hx_sum, ux_sum, hu_sum, ag_sum, agx_sum)
  for (int64_t j = 0; j < size; ++j) {
    const T normal = (x[j] - mean) * scale;
    const T h = g[j] * weight[j];
    const T ag = a[j] * g[j];
    h_sum += h;
    u_sum += u[j];
    hx_sum += h * normal;
    ux_sum += u[j] * normal;
    hu_sum += h * u[j];
    ag_sum += ag;
    agx_sum += ag * normal;
  }
  const T n = static_cast<T>(size);
  return {h_sum / n, u_sum / n, hx_sum / n, ux_sum / n, hu_sum / n, ag_sum / n, agx_sum / n};
}

// With P(w) = w - mean(w) - x̂·mean(w·x̂), so that x̂ moves by scale·P(u) as x moves by u:
//   ∂g = weight·scale·P(u) + a·x̂ + b, ∂weight = g·scale·P(u),
//   ∂x = scale·P(a·g) - scale²·(x̂·mean(h·P(u)) + P(h)·mean(u·x̂) + P(u)·mean(h·x̂)).
template <typename T>
[[gnu::always_inline]] inline void SecondGradients(const NormRow<T>& row, const T* g,
                                                   const NormCotangents<T>& by,
                                                   const NormSecondGradients<T>& to) {
  const auto [u, a, b] = by;
  const Moments<T> moments = MomentsOf(row);
  const Means<T> m = MeansOf(row, moments, g, u, a);
  const auto [mean, scale] = moments;
  const auto [x, weight, size, eps] = row;
  const auto [to_x, to_weight, to_g] = to;
  const T shared = m.hu - m.h * m.u - m.hx * m.ux;
#pragma omp simd
  for (int64_t j = 0; j < size; ++j) {
    const T normal = (x[j] - mean) * scale;
    const T moved = u[j] - m.u - normal * m.ux;
    const T h = g[j] * weight[j] - m.h - normal * m.hx;
    const T ag = a[j] * g[j] - m.ag - normal * m.agx;
    to_x[j] = scale * (ag - scale * (shared * normal + m.ux * h + m.hx * moved));
    to_weight[j] += g[j] * scale * moved;
    to_g[j] = weight[j] * scale * moved + a[j] * normal + b[j];
  }
}

}  // namespace

METATORCH_CLONES void Normalize(const NormRow<float>& row, const float* bias, float* y) {
  Forward(row, bias, y);
}
METATORCH_CLONES void Normalize(const NormRow<double>& row, const double* bias, double* y) {
  Forward(row, bias, y);
}

METATORCH_CLONES void NormalizeGradients(const NormRow<float>& row, const float* g,
                                         const NormGradients<float>& to) {
  Gradients(row, g, to);
}
METATORCH_CLONES void NormalizeGradients(const NormRow<double>& row, const double* g,
                                         const NormGradients<double>& to) {
  Gradients(row, g, to);
}

METATORCH_CLONES void NormalizeSecondGradients(const NormRow<float>& row, const float* g,
                                               const NormCotangents<float>& by,
                                               const NormSecondGradients<float>& to) {
  SecondGradients(row, g, by, to);
}
METATORCH_CLONES void NormalizeSecondGradients(const NormRow<double>& row, const double* g,
                                               const NormCotangents<double>& by,
                                               const NormSecondGradients<double>& to) {
  SecondGradients(row, g, by, to);
}

}  // namespace metatorch
