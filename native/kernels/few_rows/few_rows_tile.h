// The kernel of `MultiplyFewRows`, for vectors of so many bytes as those of the processor that the
// file which includes this is compiled for, and which says how it reads them. Nothing here is
// shared by two such files: the linker would keep one copy for the whole library.
#pragma once

#include "kernels/few_rows/few_rows.h"

namespace metatorch {
namespace {

// Rows of the weight that are worked on together.
constexpr int kOutputs = 4;

typedef float Four __attribute__((vector_size(16)));
typedef float FourAnywhere __attribute__((vector_size(16), aligned(4), may_alias));

// Numbers at any place as vectors of `size` bytes.
template <int size>
struct FloatReader {
  static constexpr int bytes = size;
  typedef float Vector __attribute__((vector_size(size)));
  typedef float Anywhere __attribute__((vector_size(size), aligned(4), may_alias));

  static Vector Read(const float* from) { return *reinterpret_cast<const Anywhere*>(from); }
  static float ReadOne(const float* from) { return *from; }
};

// `rows` of x are worked on together.
template <typename Reader, int rows>
class FewRowsKernel {
 public:
  template <typename Weight>
  static void Multiply(const FewRows<Weight>& product, int64_t begin, int64_t end) {
    int64_t j = begin;
    for (; j + kOutputs <= end; j += kOutputs) {
      // These rows of the weight stay in the cache, as does all of x.
      FillSome<true>(product, 0, j);
      for (int64_t i = rows; i < product.rows; i += rows) FillSome<false>(product, i, j);
    }
    for (; j < end; ++j) {
      for (int64_t i = 0; i < product.rows; ++i) FillOne(product, i, j);
    }
  }

 private:
  static constexpr int bytes = Reader::bytes;
  static constexpr int64_t kLanes = bytes / sizeof(float);
  using Vector = typename Reader::Vector;

  // The sums of a vector's lanes whose places are the same modulo 4.
  static Four Folded(const Vector& vector) {
    Four parts[bytes / sizeof(Four)];
    __builtin_memcpy(parts, &vector, bytes);
    for (unsigned count = bytes / sizeof(Four); count > 1; count /= 2) {
      for (unsigned i = 0; i < count / 2; ++i) parts[i] += parts[i + count / 2];
    }
    return parts[0];
  }

  // The sum of the lanes of each of four vectors.
  static Four Sums(const Vector (&of)[kOutputs]) {
    const Four a = Folded(of[0]);
    const Four b = Folded(of[1]);
    const Four c = Folded(of[2]);
    const Four d = Folded(of[3]);
    const Four ab = Four{a[0], b[0], a[1], b[1]} + Four{a[2], b[2], a[3], b[3]};
    const Four cd = Four{c[0], d[0], c[1], d[1]} + Four{c[2], d[2], c[3], d[3]};
    return Four{ab[0], ab[1], cd[0], cd[1]} + Four{ab[2], ab[3], cd[2], cd[3]};
  }

  // Four columns of as many rows from the i-th on as are worked on together, or are left.
  template <bool ahead, typename Weight>
  static void FillSome(const FewRows<Weight>& product, int64_t i, int64_t j) {
    const int64_t left = product.rows - i;
    if (left >= rows) {
      Fill<rows, ahead>(product, i, j);
    } else if (left == 3) {
      Fill<3, ahead>(product, i, j);
    } else if (left == 2) {
      Fill<2, ahead>(product, i, j);
    } else {
      Fill<1, ahead>(product, i, j);
    }
  }

  // Four columns of `count` rows. The weight's rows that come next are fetched ahead: by itself the
  // processor stops at the end of each.
  template <int count, bool ahead, typename Weight>
  static void Fill(const FewRows<Weight>& product, int64_t i, int64_t j) {
    const int64_t depth = product.depth;
    const float* x = product.x + i * depth;
    const Weight* weight = product.weight + j * depth;
    Vector sums[count][kOutputs];
#pragma GCC unroll 16
    for (int r = 0; r < count; ++r) {
#pragma GCC unroll 4
      for (int o = 0; o < kOutputs; ++o) sums[r][o] = Vector{};
    }
    int64_t k = 0;
    for (; k + kLanes <= depth; k += kLanes) {
      Vector own[kOutputs];
      for (int o = 0; o < kOutputs; ++o) {
        own[o] = Reader::Read(weight + o * depth + k);
        if (ahead) __builtin_prefetch(weight + (o + kOutputs) * depth + k);
      }
      for (int r = 0; r < count; ++r) {
        const Vector row = Reader::Read(x + r * depth + k);
        for (int o = 0; o < kOutputs; ++o) sums[r][o] += own[o] * row;
      }
    }
    const bool whole = k == depth;
#pragma GCC unroll 16
    for (int r = 0; r < count; ++r) {
      Four out = Sums(sums[r]);
      if (!whole) {
        for (int o = 0; o < kOutputs; ++o) {
          for (int64_t rest = k; rest < depth; ++rest) {
            out[o] += Reader::ReadOne(weight + o * depth + rest) * x[r * depth + rest];
          }
        }
      }
      if (product.bias) out += *reinterpret_cast<const FourAnywhere*>(product.bias + j);
      *reinterpret_cast<FourAnywhere*>(product.out + (i + r) * product.columns + j) = out;
    }
  }

  template <typename Weight>
  static void FillOne(const FewRows<Weight>& product, int64_t i, int64_t j) {
    const float* x = product.x + i * product.depth;
    const Weight* weight = product.weight + j * product.depth;
    Vector sums = {};
    int64_t k = 0;
    for (; k + kLanes <= product.depth; k += kLanes)
      sums += Reader::Read(weight + k) * Reader::Read(x + k);
    const Four parts = Folded(sums);
    float sum = (parts[0] + parts[1]) + (parts[2] + parts[3]);
    for (; k < product.depth; ++k) sum += Reader::ReadOne(weight + k) * x[k];
    product.out[i * product.columns + j] = product.bias ? sum + product.bias[j] : sum;
  }
};

}  // namespace
}  // namespace metatorch
