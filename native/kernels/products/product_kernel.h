// One product of matrices, out = alpha · left · right + beta · added, in single precision. Operands
// may be strided as they like: transposed views and rows that all stand for one cost nothing extra.
#pragma once

#include <cstdint>

namespace metatorch {

// Strides are in numbers. One of 0 repeats a row or a column.
struct MatrixView {
  const float* data;
  int64_t row_stride;
  int64_t column_stride;
};

struct ProductSizes {
  int64_t rows;
  int64_t columns;
  int64_t depth;
};

struct Product {
  ProductSizes sizes;
  MatrixView left;
  MatrixView right;
  // Without data nothing is added; its column stride is 0 or 1.
  MatrixView added;
  float* out;
  int64_t out_row_stride;
  float alpha;
  float beta;
  // The right side of the product that comes next, which is fetched ahead.
  const float* next_right;
};

// Rows that are best worked on together: so many of the left side stay in a core's second cache.
constexpr int64_t kProductRows = 224;

// Fills the rows [begin, end) of out, which no operand may overlap but `added`, and that only
// exactly. It needs a processor with AVX-512; where the library is built for others it does
// nothing.
void MultiplyRows(const Product& product, int64_t begin, int64_t end);

}  // namespace metatorch
