#ifdef METATORCH_AVX512
#include "kernels/products/product_tile.h"

#include <utility>

namespace metatorch {
namespace {

inline void Fetch(const float* at) { _mm_prefetch(reinterpret_cast<const char*>(at), _MM_HINT_T0); }

template <int Vectors>
inline void FetchRow(const float* at) {
#pragma GCC unroll 2
  for (int v = 0; v < Vectors; ++v) Fetch(at + v * kLanes);
}

// A row that will be written.
template <int Vectors>
inline void FetchOwnRow(const float* at) {
#pragma GCC unroll 2
  for (int v = 0; v < Vectors; ++v) __builtin_prefetch(at + v * kLanes, 1);
}

inline void FetchNext(Stream& stream) {
  Fetch(stream.at);
  stream.at += stream.step;
}

// Calls turn() `depth` times, each time after some of what is ahead has been fetched.
template <int Rows, int Vectors, typename Turn>
inline void TurnAhead(const Tile& tile, Turn turn) {
  auto [left, right, out, added] = tile.ahead;
  const int64_t out_row = tile.out_row_stride;
  const int64_t added_row = tile.added.row_stride;
  int row = 0;
  for (int64_t k = tile.depth; k > 0;) {
    for (int64_t until = k < kChunk ? 0 : k - kChunk; k > until; --k) {
      FetchNext(left);
      FetchNext(right);
      if (row < Rows) {
        ++row;
        FetchOwnRow<Vectors>(out);
        out += out_row;
        if (added != nullptr) {
          FetchRow<Vectors>(added);
          added += added_row;
        }
      }
      turn();
    }
    left.at += left.jump;
    right.at += right.jump;
  }
}

// out = alpha · sums + beta · added
template <int Rows, int Vectors>
inline void Store(const Tile& tile, const __m512 (&sums)[Rows][Vectors]) {
  const __m512 alpha = _mm512_set1_ps(tile.alpha);
  const __m512 beta = _mm512_set1_ps(tile.beta);
  const MatrixView added = tile.added;
  float* out = tile.out;
  const int64_t out_row = tile.out_row_stride;
  const __mmask16 lanes[2] = {tile.lanes[0], tile.lanes[1]};
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

// Everything is taken into locals first: what is reached through a pointer is read again after
// every store, and sums that are reached through one are stored in every turn.
template <int Rows, int Vectors, bool AheadToo>
void Fill(const Tile& tile) {
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
  const auto turn = [&] {
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
  };
  if constexpr (AheadToo) {
    TurnAhead<Rows, Vectors>(tile, turn);
  } else {
    for (int64_t k = tile.depth; k > 0; --k) turn();
  }
  Store(tile, sums);
}

using Filler = void (*)(const Tile&);

// By whether to fetch ahead, and by the number of vectors and of rows, both less one.
struct Fillers {
  Filler of[2][2][kTileRows];

  constexpr Fillers() : of{} {
    Set<1>(std::make_integer_sequence<int, kTileRows>{});
    Set<2>(std::make_integer_sequence<int, kTileRows>{});
  }

 private:
  template <int Vectors, int... Rows>
  constexpr void Set(std::integer_sequence<int, Rows...>) {
    ((of[0][Vectors - 1][Rows] = &Fill<Rows + 1, Vectors, false>), ...);
    ((of[1][Vectors - 1][Rows] = &Fill<Rows + 1, Vectors, true>), ...);
  }
};

constexpr Fillers kFillers;

}  // namespace

void FillTile(const Tile& tile, int64_t rows, int vectors, bool ahead) {
  kFillers.of[ahead ? 1 : 0][vectors - 1][rows - 1](tile);
}

}  // namespace metatorch

#endif
