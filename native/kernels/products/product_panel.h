// Part of a product's right side, at most 32 columns and 128 rows, one row after the other. For
// what is compiled for AVX-512 only; see product_kernel.cc for what that forbids.
#pragma once

#include <immintrin.h>

#include "kernels/products/product_kernel.h"

namespace metatorch {

constexpr int kLanes = 16;
constexpr int kPanelColumns = 2 * kLanes;
// 16 KiB, and few enough additions in a row to be as exact as libtorch's.
constexpr int64_t kPanelDepth = 128;

// A mask of the first `count` lanes, of none if it is negative.
inline __mmask16 FirstLanes(int64_t count) {
  if (count >= kLanes) return 0xffff;
  return count <= 0 ? __mmask16{0} : static_cast<__mmask16>((1u << count) - 1);
}

// Copies `depth` rows of `columns` numbers to rows of 32, of which the others are undefined.
void CopyPanel(const MatrixView& from, int64_t depth, int64_t columns, float* to);

}  // namespace metatorch
