// The product of a few rows with a weight, for which nothing is copied or arranged: the weight is
// read from memory once, as fast as it comes.
#pragma once

#include <cstdint>

namespace metatorch {

// x·Wᵀ + b: rows of x and of W, `depth` long, that lie one after the other.
struct FewRows {
  const float* x;
  int64_t rows;
  const float* weight;
  // May be null.
  const float* bias;
  // [rows, columns]
  float* out;
  int64_t columns;
  int64_t depth;
};

// Fills the columns [begin, end).
void MultiplyFewRows(const FewRows& product, int64_t begin, int64_t end);

}  // namespace metatorch
