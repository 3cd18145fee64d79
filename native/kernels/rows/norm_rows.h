// Layer normalisation of one row, y = (x - mean) / √(variance + eps) · weight + bias, and its
// derivatives, as fast as the processor at hand has it.
#pragma once

#include <cstdint>

namespace metatorch {

template <typename T>
struct NormRow {
  const T* x;
  const T* weight;
  int64_t size;
  T eps;
};

void Normalize(const NormRow<float>& row, const float* bias, float* y);
void Normalize(const NormRow<double>& row, const double* bias, double* y);

// Where gradients go. What belongs to the weights is added to what is there.
template <typename T>
struct NormGradients {
  T* x;
  T* weight;
  T* bias;
};

// Of Σ g·y.
void NormalizeGradients(const NormRow<float>& row, const float* g, const NormGradients<float>& to);
void NormalizeGradients(const NormRow<double>& row, const double* g,
                        const NormGradients<double>& to);

// What those gradients are multiplied with.
template <typename T>
struct NormCotangents {
  const T* x;
  const T* weight;
  const T* bias;
};

// Where the gradients of gradients go: that of the weight is added to what is there.
template <typename T>
struct NormSecondGradients {
  T* x;
  T* weight;
  T* g;
};

// Of Σ cotangents · gradients.
void NormalizeSecondGradients(const NormRow<float>& row, const float* g,
                              const NormCotangents<float>& by,
                              const NormSecondGradients<float>& to);
void NormalizeSecondGradients(const NormRow<double>& row, const double* g,
                              const NormCotangents<double>& by,
                              const NormSecondGradients<double>& to);

}  // namespace metatorch
