// A tile of a product: at most 14 rows by 32 columns, whose sums stay in registers. For what is
// compiled for AVX-512 only; see product_kernel.cc for what that forbids.
#pragma once

#include <immintrin.h>

#include "kernels/products/product_kernel.h"
#include "kernels/products/product_panel.h"

namespace metatorch {

// Registers: 14 rows of two vectors for the sums, two for the right side, one for the left.
constexpr int kTileRows = 14;
// Lines of memory that are fetched one after the other before a stream jumps.
constexpr int64_t kChunk = 16;

// Lines of memory that will be needed soon, one for every step in the depth: `step` numbers apart,
// and `jump` further after each chunk.
struct Stream {
  const float* at;
  int64_t step;
  int64_t jump;
};

// What comes after a tile, fetched while it is filled: without that, a product whose operands no
// longer fit in a core's own caches waits for them half of the time.
struct Ahead {
  Stream left;
  Stream right;
  const float* out;
  // May be null.
  const float* added;
};

struct Tile {
  int64_t depth;
  MatrixView left;
  const float* right;
  int64_t right_row_stride;
  MatrixView added;
  float* out;
  int64_t out_row_stride;
  float alpha;
  float beta;
  __mmask16 lanes[2];
  Ahead ahead;
};

// Fills `rows` by `vectors` of 16, with what comes after it fetched or not.
void FillTile(const Tile& tile, int64_t rows, int vectors, bool ahead);

}  // namespace metatorch
