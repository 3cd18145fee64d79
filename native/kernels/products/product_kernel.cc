// Compiled for AVX-512, so nothing but raw numbers and no templates of other files may be used
// here: the linker keeps one copy of a template for the whole library, and it might keep this one.
#include "kernels/products/product_kernel.h"

#ifdef METATORCH_AVX512
#include "kernels/products/product_panel.h"
#include "kernels/products/product_tile.h"

namespace metatorch {
namespace {

// With fewer rows a panel is not used often enough to be worth a copy.
constexpr int64_t kRowsWorthACopy = 64;
// Numbers of a product that a core's first cache holds whatever came before.
constexpr int64_t kSmall = 2048;

// The rows [begin, end) of a product.
struct Work {
  const Product& product;
  int64_t begin;
  int64_t end;

  int64_t Rows() const { return end - begin; }
  bool IsSmall() const {
    const auto& [rows, columns, depth] = product.sizes;
    return Rows() * (depth + columns) + depth * columns <= kSmall;
  }
};

// The part of the right side whose first number is at (k, j).
struct Part {
  int64_t k;
  int64_t depth;
  int64_t j;
  int64_t width;
  bool last_depth;
  bool last_columns;
};

Part PartAt(const ProductSizes& sizes, int64_t k, int64_t j) {
  const int64_t depth = sizes.depth - k < kPanelDepth ? sizes.depth - k : kPanelDepth;
  const int64_t width = sizes.columns - j < kPanelColumns ? sizes.columns - j : kPanelColumns;
  return {k, depth, j, width, k + depth == sizes.depth, j + width == sizes.columns};
}

const float* At(const MatrixView& matrix, int64_t row, int64_t column) {
  return matrix.data + row * matrix.row_stride + column * matrix.column_stride;
}

// The lines of `kChunk` rows, of which numbers lie one after the other, or those of every column.
Stream LinesOf(const float* data, int64_t row_stride, int64_t column_stride) {
  if (column_stride == 1) return {data, row_stride, kLanes - kChunk * row_stride};
  return {data + kTileRows - 1, column_stride, 0};
}

// The first half of the next part's lines, or the second.
Stream RightAhead(const Product& product, const Part& part, int64_t half) {
  const MatrixView& right = product.right;
  const float* from = !part.last_columns ? At(right, part.k, part.j + kPanelColumns)
                      : !part.last_depth ? At(right, part.k + part.depth, 0)
                                         : product.next_right;
  from += half * kLanes * right.column_stride;
  if (right.column_stride == 1) return {from, right.row_stride, 0};
  return LinesOf(from, right.column_stride, right.row_stride);
}

// What comes after the tile that ends before the row `next`.
Ahead AheadOf(const Work& work, const Part& part, const MatrixView& base, int64_t next) {
  const auto& [sizes, left, right, added, out, out_row, alpha, beta, next_right] = work.product;
  int64_t row = next;
  int64_t k = part.k;
  int64_t j = part.j;
  if (next == work.end && !part.last_columns) {
    row = work.begin;
    j += kPanelColumns;
  } else if (next == work.end && !part.last_depth) {
    row = work.begin;
    k += part.depth;
    j = 0;
  } else if (next == work.end) {
    // What comes after the product: most often the rows of the next one, which follow.
    k = 0;
    j = 0;
  }
  const bool rows_added = base.data != nullptr && base.row_stride != 0 && base.column_stride == 1;
  return {LinesOf(At(left, row, k), left.row_stride, left.column_stride), Stream{out, 0, 0},
          out + row * out_row + j, rows_added ? At(base, row, j) : nullptr};
}

void FillPart(const Work& work, const Part& part, float* panel) {
  const auto& [sizes, left, right, added, out, out_row, alpha, beta, next_right] = work.product;
  // What the first part of the depth has left is what the next ones add to.
  const MatrixView base = part.k == 0 ? added : MatrixView{out, out_row, 1};
  const MatrixView from{At(right, part.k, part.j), right.row_stride, right.column_stride};
  const bool in_place = from.column_stride == 1 && work.Rows() < kRowsWorthACopy;
  if (!in_place) CopyPanel(from, part.depth, part.width, panel);
  Tile tile{part.depth,
            left,
            in_place ? from.data : panel,
            in_place ? from.row_stride : kPanelColumns,
            base,
            out,
            out_row,
            alpha,
            part.k == 0 ? beta : 1,
            {FirstLanes(part.width), FirstLanes(part.width - kLanes)},
            {}};
  const int vectors = part.width > kLanes ? 2 : 1;
  const bool ahead = !work.IsSmall();
  const int64_t tiles = (work.Rows() + kTileRows - 1) / kTileRows;
  for (int64_t i = 0; i < tiles; ++i) {
    const int64_t row = work.begin + work.Rows() * i / tiles;
    const int64_t next = work.begin + work.Rows() * (i + 1) / tiles;
    tile.left.data = At(left, row, part.k);
    tile.out = out + row * out_row + part.j;
    if (base.data != nullptr) tile.added.data = At(base, row, part.j);
    if (ahead) {
      tile.ahead = AheadOf(work, part, base, next);
      if (i < 2) tile.ahead.right = RightAhead(work.product, part, i);
    }
    FillTile(tile, next - row, vectors, ahead);
  }
}

}  // namespace

void MultiplyRows(const Product& product, int64_t begin, int64_t end) {
  alignas(64) float panel[kPanelDepth * kPanelColumns];
  const Work work{product, begin, end};
  for (int64_t k = 0; k < product.sizes.depth; k += kPanelDepth) {
    for (int64_t j = 0; j < product.sizes.columns; j += kPanelColumns) {
      FillPart(work, PartAt(product.sizes, k, j), panel);
    }
  }
}

}  // namespace metatorch

#else

namespace metatorch {

void MultiplyRows(const Product&, int64_t, int64_t) {}

}  // namespace metatorch

#endif
