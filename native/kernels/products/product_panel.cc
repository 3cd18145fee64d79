#ifdef METATORCH_AVX512
#include "kernels/products/product_panel.h"

namespace metatorch {
namespace {

// `rows` by `columns` numbers, 16 each if `Whole` and at most 16 otherwise, to `columns` rows
// of 16.
template <bool Whole>
void Transpose(const float* from, int64_t from_stride, int64_t rows, int64_t columns, float* to) {
  __m512 a[kLanes];
  __m512 b[kLanes];
  const __mmask16 lanes = FirstLanes(columns);
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) {
    if constexpr (Whole) {
      a[i] = _mm512_loadu_ps(from + i * from_stride);
    } else {
      a[i] = i < rows ? _mm512_maskz_loadu_ps(lanes, from + i * from_stride) : _mm512_setzero_ps();
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kLanes; i += 2) {
    b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
  }
  // Afterwards the quarter q of a[4·i + c] holds column 4·q + c of the rows from 4·i on.
#pragma GCC unroll 4
  for (int i = 0; i < kLanes; i += 4) {
#pragma GCC unroll 2
    for (int j = 0; j < 2; ++j) {
      const __m512d low = _mm512_castps_pd(b[i + j]);
      const __m512d high = _mm512_castps_pd(b[i + 2 + j]);
      a[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
      a[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
    }
  }
#pragma GCC unroll 4
  for (int c = 0; c < 4; ++c) {
    const __m512 even0 = _mm512_shuffle_f32x4(a[c], a[4 + c], 0x88);
    const __m512 odd0 = _mm512_shuffle_f32x4(a[c], a[4 + c], 0xdd);
    const __m512 even1 = _mm512_shuffle_f32x4(a[8 + c], a[12 + c], 0x88);
    const __m512 odd1 = _mm512_shuffle_f32x4(a[8 + c], a[12 + c], 0xdd);
    b[c] = _mm512_shuffle_f32x4(even0, even1, 0x88);
    b[4 + c] = _mm512_shuffle_f32x4(odd0, odd1, 0x88);
    b[8 + c] = _mm512_shuffle_f32x4(even0, even1, 0xdd);
    b[12 + c] = _mm512_shuffle_f32x4(odd0, odd1, 0xdd);
  }
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) {
    if (Whole || i < columns) _mm512_store_ps(to + i * kPanelColumns, b[i]);
  }
}

}  // namespace

void CopyPanel(const MatrixView& from, int64_t depth, int64_t columns, float* to) {
  if (from.column_stride == 1) {
    const __mmask16 first = FirstLanes(columns);
    const __mmask16 second = FirstLanes(columns - kLanes);
    for (int64_t k = 0; k < depth; ++k) {
      const float* row = from.data + k * from.row_stride;
      _mm512_store_ps(to + k * kPanelColumns, _mm512_maskz_loadu_ps(first, row));
      _mm512_store_ps(to + k * kPanelColumns + kLanes, _mm512_maskz_loadu_ps(second, row + kLanes));
    }
    return;
  }
  if (from.row_stride != 1) {
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t j = 0; j < columns; ++j) {
        to[k * kPanelColumns + j] = from.data[k * from.row_stride + j * from.column_stride];
      }
    }
    return;
  }
  for (int64_t j = 0; j < columns; j += kLanes) {
    const int64_t width = columns - j < kLanes ? columns - j : kLanes;
    for (int64_t k = 0; k < depth; k += kLanes) {
      const int64_t height = depth - k < kLanes ? depth - k : kLanes;
      const auto transpose =
          width == kLanes && height == kLanes ? &Transpose<true> : &Transpose<false>;
      transpose(from.data + j * from.column_stride + k, from.column_stride, width, height,
                to + k * kPanelColumns + j);
    }
  }
}

}  // namespace metatorch

#endif
