// Softmax over each row of a matrix, and what its derivatives are made of. Rows are filled up to
// whole vectors, which leaves no remainder to be worked on number by number.
#pragma once

#include <cstdint>

namespace metatorch {

// How far apart rows of so many numbers are.
constexpr int64_t FilledUp(int64_t columns) { return (columns + 15) / 16 * 16; }

// x = softmax(x), of rows that are filled up with -infinity, which becomes 0. So does a row of
// nothing else.
void SoftmaxRows(float* x, int64_t rows, int64_t columns);
void SoftmaxRows(double* x, int64_t rows, int64_t columns);

// means[i] = Σ p[i]·x[i], x[i] = p[i] · (x[i] - means[i]): the Jacobian of softmax at p times x.
// Where p is 0 it does not matter what x is.
void MoveRows(const float* p, float* x, float* means, int64_t rows, int64_t columns);
void MoveRows(const double* p, double* x, double* means, int64_t rows, int64_t columns);

}  // namespace metatorch
