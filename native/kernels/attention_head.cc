#include "kernels/attention_head.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/softmax_rows.h"

namespace metatorch {

template <typename T>
AttentionHead<T>::AttentionHead(int64_t queries, int64_t keys, int64_t size)
    : queries_(queries),
      keys_(keys),
      filled_(FilledUp(keys)),
      scale_(1 / std::sqrt(static_cast<T>(size))),
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
  constexpr T kUnseen = -std::numeric_limits<T>::infinity();
  std::fill_n(weights, queries_ * filled_, kUnseen);
  AddProductWithTransposed(parts.queries, parts.keys, scale_, false, Square(weights));
  if (mask.data != nullptr) {
    for (int64_t i = 0; i < queries_; ++i) {
      for (int64_t j = 0; j < keys_; ++j) {
        const bool seen = mask.data[i * mask.row_stride + j * mask.column_stride];
        if (!seen) weights[i * filled_ + j] = kUnseen;
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
