// Compiled for AVX-512, so nothing but raw numbers and no templates of other files may be used
// here: the linker keeps one copy of a template for the whole library, and it might keep this one.
#include "product_kernel.h"

#ifdef METATORCH_AVX512
#include <utility>

#include "product_panel.h"

namespace metatorch {
namespace {

// Registers: 14 rows of two vectors for the sums, two for the right side, one for the left.
constexpr int kTileRows = 14;
// With fewer rows a panel is not used often enough to be worth a copy.
constexpr int64_t kRowsWorthACopy = 64;

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
};

// Everything is taken into locals first: what is reached through a pointer is read again after
// every store, and sums that are reached through one are stored in every turn.
template <int Rows, int Vectors>
void FillTile(const Tile& tile) {
  const __mmask16 lanes[2] = {tile.lanes[0], tile.lanes[1]};
  __m512 sums[Rows][Vectors];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) sums[r][v] = _mm512_setzero_ps();
  }
  const float* left = tile.left.data;
  const float* right = tile.right;
  const int64_t left_row = tile.left.row_stride;
  const int64_t left_column = tile.left.column_stride;
  const int64_t right_row = tile.right_row_stride;
  for (int64_t k = tile.depth; k > 0; --k) {
    __m512 row[Vectors];
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) {
      row[v] = _mm512_maskz_loadu_ps(lanes[v], right + v * kLanes);
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const __m512 factor = _mm512_set1_ps(left[r * left_row]);
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sums[r][v] = _mm512_fmadd_ps(factor, row[v], sums[r][v]);
    }
    left += left_column;
    right += right_row;
  }
  const __m512 alpha = _mm512_set1_ps(tile.alpha);
  const __m512 beta = _mm512_set1_ps(tile.beta);
  const MatrixView added = tile.added;
  float* out = tile.out;
  const int64_t out_row = tile.out_row_stride;
  const auto store = [&](auto term) {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) {
        const __m512 result = _mm512_fmadd_ps(alpha, sums[r][v], term(r, v));
        _mm512_mask_storeu_ps(out + r * out_row + v * kLanes, lanes[v], result);
      }
    }
  };
  if (added.data == nullptr) {
    store([](int, int) { return _mm512_setzero_ps(); });
  } else if (added.column_stride == 0) {
    store([&](int r, int) { return _mm512_set1_ps(tile.beta * added.data[r * added.row_stride]); });
  } else {
    store([&](int r, int v) {
      const float* from = added.data + r * added.row_stride + v * kLanes;
      return _mm512_mul_ps(beta, _mm512_maskz_loadu_ps(lanes[v], from));
    });
  }
}

using TileFiller = void (*)(const Tile&);

// By the number of vectors and of rows, both less one.
struct TileFillers {
  TileFiller of[2][kTileRows];

  constexpr TileFillers() : of{} {
    Set<1>(std::make_integer_sequence<int, kTileRows>{});
    Set<2>(std::make_integer_sequence<int, kTileRows>{});
  }

 private:
  template <int Vectors, int... Rows>
  constexpr void Set(std::integer_sequence<int, Rows...>) {
    ((of[Vectors - 1][Rows] = &FillTile<Rows + 1, Vectors>), ...);
  }
};

constexpr TileFillers kTileFillers;

}  // namespace

void MultiplyRows(const Product& product, int64_t begin, int64_t end) {
  alignas(64) float panel[kPanelDepth * kPanelColumns];
  const auto& [all, columns, whole, left, right, added, out, out_row, alpha, beta] = product;
  const int64_t rows = end - begin;
  const int64_t tiles = (rows + kTileRows - 1) / kTileRows;
  for (int64_t k = 0; k < whole; k += kPanelDepth) {
    const int64_t depth = whole - k < kPanelDepth ? whole - k : kPanelDepth;
    // What the first part of the depth has left is what the next ones add to.
    const MatrixView base = k == 0 ? added : MatrixView{out, out_row, 1};
    for (int64_t j = 0; j < columns; j += kPanelColumns) {
      const int64_t width = columns - j < kPanelColumns ? columns - j : kPanelColumns;
      const MatrixView part{right.data + k * right.row_stride + j * right.column_stride,
                            right.row_stride, right.column_stride};
      const bool in_place = part.column_stride == 1 && rows < kRowsWorthACopy;
      if (!in_place) CopyPanel(part, depth, width, panel);
      Tile tile{depth,
                left,
                in_place ? part.data : panel,
                in_place ? part.row_stride : kPanelColumns,
                base,
                out,
                out_row,
                alpha,
                k == 0 ? beta : 1,
                {FirstLanes(width), FirstLanes(width - kLanes)}};
      const TileFiller* fillers = kTileFillers.of[width > kLanes ? 1 : 0];
      for (int64_t i = 0; i < tiles; ++i) {
        const int64_t row = begin + rows * i / tiles;
        const int64_t next = begin + rows * (i + 1) / tiles;
        tile.left.data = left.data + row * left.row_stride + k * left.column_stride;
        tile.out = out + row * out_row + j;
        if (base.data != nullptr) {
          tile.added.data = base.data + row * base.row_stride + j * base.column_stride;
        }
        fillers[next - row - 1](tile);
      }
    }
  }
}

}  // namespace metatorch

#else

namespace metatorch {

void MultiplyRows(const Product&, int64_t, int64_t) {}

}  // namespace metatorch

#endif
