#include "kernels/attention_head.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/rows/rows.h"
#include "kernels/rows/softmax_rows.h"

namespace metatorch {

namespace {

// Scores of no key, which fill rows up to whole vectors.
template <typename T>
constexpr T kUnseen = -std::numeric_limits<T>::infinity();

template <typename T>
T ScaleOf(int64_t size) {
  return 1 / std::sqrt(static_cast<T>(size));
}

template <typename T>
void FillScores(const HeadParts<const T>& parts, T scale, const Rows<T>& scores) {
  std::fill_n(scores.data, scores.count * scores.stride, kUnseen<T>);
  AddProductWithTransposed(parts.queries, parts.keys, scale, false, scores);
}

}  // namespace

template <typename T>
void Attend(const HeadParts<const T>& parts, const HeadBias<T>& bias, T* weights,
            const Rows<T>& out) {
  const auto [queries, keys] = std::pair(parts.queries.count, parts.keys.count);
  const Rows<T> scores{weights, queries, keys, FilledUp(keys)};
  FillScores(parts, ScaleOf<T>(parts.queries.columns), scores);
  if (bias.data != nullptr) {
    for (int64_t i = 0; i < queries; ++i) {
      AddScaledRow(scores.Row(i), bias.data + i * bias.row_stride, T{1}, keys);
    }
  }
  SoftmaxRows(weights, queries, keys);
  AddProduct(Rows<const T>{weights, queries, keys, scores.stride}, parts.values, 1, false, out);
}

template void Attend(const HeadParts<const float>&, const HeadBias<float>&, float*,
                     const Rows<float>&);
template void Attend(const HeadParts<const double>&, const HeadBias<double>&, double*,
                     const Rows<double>&);

template <typename T>
AttentionHead<T>::AttentionHead(int64_t queries, int64_t keys, int64_t size)
    : queries_(queries),
      keys_(keys),
      filled_(FilledUp(keys)),
      scale_(ScaleOf<T>(size)),
      to_weights_(queries * filled_),
      to_scores_(queries * filled_),
      moved_(queries * filled_),
      moved_weights_(queries * filled_),
      means_(queries),
      moved_means_(queries) {}

template <typename T>
int64_t AttentionHead<T>::WeightsSize(int64_t queries, int64_t keys) {
  return queries * FilledUp(keys);
}

template <typename T>
void AttentionHead<T>::FillWeights(const HeadParts<const T>& parts, const HeadMask& mask,
                                   T* weights) const {
  FillScores(parts, scale_, Square(weights));
  if (mask.data != nullptr) {
    for (int64_t i = 0; i < queries_; ++i) {
      for (int64_t j = 0; j < keys_; ++j) {
        const bool seen = mask.data[i * mask.row_stride + j * mask.column_stride];
        if (!seen) weights[i * filled_ + j] = kUnseen<T>;
      }
    }
  }
  SoftmaxRows(weights, queries_, keys_);
}

template <typename T>
void AttentionHead<T>::Forward(const HeadParts<const T>& parts, const HeadMask& mask, T* weights,
                               const Rows<T>& out) const {
  FillWeights(parts, mask, weights);
  AddProduct(Square<const T>(weights), parts.values, 1, false, out);
}

// With P for the weights and S for the scores: ∂P = g·Vᵀ, ∂S = P · (∂P - Σ P·∂P).
template <typename T>
void AttentionHead<T>::Gradients(const HeadParts<const T>& parts, const T* weights,
                                 const Rows<const T>& g, const HeadParts<T>& to) {
  T* to_scores = to_scores_.data();
  AddProductWithTransposed(g, parts.values, 1, false, Square(to_scores));
  AddTransposedProduct(Square(weights), g, 1, false, to.values);
  MoveRows(weights, to_scores, means_.data(), queries_, keys_);
  AddProduct(Square<const T>(to_scores), parts.keys, scale_, false, to.queries);
  AddTransposedProduct(Square<const T>(to_scores), parts.queries, scale_, false, to.keys);
}

// What is differentiated is Σ g · Ȯ, where Ȯ is how the output moves as Q, K and V move by `by`:
//   Ṡ = scale · (Q̇·Kᵀ + Q·K̇ᵀ), Ṗ = P · (Ṡ - Σ P·Ṡ), Ȯ = Ṗ·V + P·V̇.
template <typename T>
void AttentionHead<T>::SecondGradients(const HeadParts<const T>& parts, const T* weights,
                                       const Rows<const T>& g, const HeadParts<const T>& by,
                                       const HeadParts<T>& to, const Rows<T>& to_g) {
  T* moved = moved_.data();
  T* moved_weights = moved_weights_.data();
  AddProductWithTransposed(by.queries, parts.keys, scale_, false, Square(moved));
  AddProductWithTransposed(parts.queries, by.keys, scale_, true, Square(moved));
  std::copy(moved_.begin(), moved_.end(), moved_weights);
  MoveRows(weights, moved_weights, moved_means_.data(), queries_, keys_);
  AddProduct(Square<const T>(moved_weights), parts.values, 1, false, to_g);
  AddProduct(Square(weights), by.values, 1, true, to_g);
  AddTransposedProduct(Square<const T>(moved_weights), g, 1, false, to.values);

  T* to_weights = to_weights_.data();
  T* to_scores = to_scores_.data();
  AddProductWithTransposed(g, parts.values, 1, false, Square(to_weights));
  std::copy(to_weights_.begin(), to_weights_.end(), to_scores);
  MoveRows(weights, to_scores, means_.data(), queries_, keys_);
  AddProduct(Square<const T>(to_scores), by.keys, scale_, false, to.queries);
  AddTransposedProduct(Square<const T>(to_scores), by.queries, scale_, false, to.keys);

  // ∂P = ∂Ṗ·(Ṡ - Σ P·Ṡ) - Ṡ · Σ P·∂Ṗ + g·V̇ᵀ, with ∂Ṗ = g·Vᵀ as at first order.
  for (int64_t i = 0; i < queries_; ++i) {
    T* row = to_weights + i * filled_;
    const T* own = moved + i * filled_;
    for (int64_t j = 0; j < filled_; ++j) {
      row[j] = row[j] * (own[j] - moved_means_[i]) - means_[i] * own[j];
    }
  }
  AddProductWithTransposed(g, by.values, 1, true, Square(to_weights));
  MoveRows(weights, to_weights, means_.data(), queries_, keys_);
  AddProduct(Square<const T>(to_weights), parts.keys, scale_, true, to.queries);
  AddTransposedProduct(Square<const T>(to_weights), parts.queries, scale_, true, to.keys);
}

template class AttentionHead<float>;
template class AttentionHead<double>;

}  // namespace metatorch
