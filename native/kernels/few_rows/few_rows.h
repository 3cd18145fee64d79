// The product of a few rows with a weight, for which nothing is copied or arranged: the weight is
// read from memory once, as fast as it comes.
#pragma once

#include <cstdint>

namespace metatorch {

// Numbers of 16 bits, by their bits.
struct Float16 {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

// x·Wᵀ + b: rows of x and of W, `depth` long, that lie one after the other. Products and sums are
// those of single precision, whatever the weight is.
template <typename Weight>
struct FewRows {
  const float* x;
  int64_t rows;
  const Weight* weight;
  // May be null.
  const float* bias;
  // [rows, columns]
  float* out;
  int64_t columns;
  int64_t depth;
};

// Fills the columns [begin, end).
void MultiplyFewRows(const FewRows<float>& product, int64_t begin, int64_t end);

// Whether the processor at hand has instructions for the other two.
bool HasFewNarrowRows();
void MultiplyFewRows(const FewRows<Float16>& product, int64_t begin, int64_t end);
void MultiplyFewRows(const FewRows<BFloat16>& product, int64_t begin, int64_t end);

}  // namespace metatorch
