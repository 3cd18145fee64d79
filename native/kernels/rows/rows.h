// Arithmetic on rows of numbers, as fast as the processor at hand has it.
#pragma once

#include <cstdint>

namespace metatorch {

// target += scale * source
void AddScaledRow(float* target, const float* source, float scale, int64_t count);
void AddScaledRow(double* target, const double* source, double scale, int64_t count);

float DotRow(const float* a, const float* b, int64_t count);
double DotRow(const double* a, const double* b, int64_t count);

// Where the row is greater than the best so far, or NaN, which stays, it is the best, and its place
// is noted.
void KeepGreaterRow(float* best, int32_t* place, const float* row, int32_t at, int64_t count);
void KeepGreaterRow(double* best, int32_t* place, const double* row, int32_t at, int64_t count);

}  // namespace metatorch
