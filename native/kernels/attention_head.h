// One head of attention, softmax(scale · Q·Kᵀ)·V, and its derivatives. Beside the weights, which is
// what softmax gives, all that is larger than its operands stays in scratch memory, which a core's
// own caches hold.
#pragma once

#include <vector>

#include "kernels/products/small_products.h"

namespace metatorch {

// Queries [a, d], keys [b, d] and values [b, e], or what belongs to them.
template <typename T>
struct HeadParts {
  Rows<T> queries;
  Rows<T> keys;
  Rows<T> values;
};

// Which keys a query sees; all without data.
struct HeadMask {
  const bool* data;
  int64_t row_stride;
  int64_t column_stride;
};

// Added to the scores; nothing without data.
template <typename T>
struct HeadBias {
  const T* data;
  int64_t row_stride;
};

// A head's output alone. The weights are filled too: memory for AttentionHead::WeightsSize numbers.
template <typename T>
void Attend(const HeadParts<const T>& parts, const HeadBias<T>& bias, T* weights,
            const Rows<T>& out);

template <typename T>
class AttentionHead {
 public:
  AttentionHead(int64_t queries, int64_t keys, int64_t size);

  // Numbers that the weights of a head take.
  static int64_t WeightsSize(int64_t queries, int64_t keys);

  // Memory for the weights of a head that nobody keeps.
  T* Scratch() { return to_weights_.data(); }

  // Fills the weights too.
  void Forward(const HeadParts<const T>& parts, const HeadMask& mask, T* weights,
               const Rows<T>& out) const;

  // The gradients of Σ g · out.
  void Gradients(const HeadParts<const T>& parts, const T* weights, const Rows<const T>& g,
                 const HeadParts<T>& to);

  // The gradients of Σ by · gradients, and that with respect to g.
  void SecondGradients(const HeadParts<const T>& parts, const T* weights, const Rows<const T>& g,
                       const HeadParts<const T>& by, const HeadParts<T>& to, const Rows<T>& to_g);

 private:
  void FillWeights(const HeadParts<const T>& parts, const HeadMask& mask, T* weights) const;
  // A row for each query, a column for each key.
  template <typename U>
  Rows<U> Square(U* numbers) const {
    return {numbers, queries_, keys_, filled_};
  }

  const int64_t queries_;
  const int64_t keys_;
  const int64_t filled_;
  const T scale_;
  std::vector<T> to_weights_;
  std::vector<T> to_scores_;
  std::vector<T> moved_;
  std::vector<T> moved_weights_;
  std::vector<T> means_;
  std::vector<T> moved_means_;
};

}  // namespace metatorch
