// Products of matrices that are too small for a call of libtorch, in a core's first cache.
#pragma once

#include <cstdint>
#include <type_traits>

namespace metatorch {

// Rows of numbers that lie one after the other, `stride` apart.
template <typename T>
struct Rows {
  T* data;
  int64_t count;
  int64_t columns;
  int64_t stride;

  T* Row(int64_t index) const { return data + index * stride; }
};

// out = factor · left · right, or what is added to out.
template <typename T>
void AddProduct(const Rows<const T>& left, const Rows<const T>& right,
                std::type_identity_t<T> factor, bool add, const Rows<T>& out);

// The same of left · rightᵀ.
template <typename T>
void AddProductWithTransposed(const Rows<const T>& left, const Rows<const T>& right,
                              std::type_identity_t<T> factor, bool add, const Rows<T>& out);

// The same of leftᵀ · right.
template <typename T>
void AddTransposedProduct(const Rows<const T>& left, const Rows<const T>& right,
                          std::type_identity_t<T> factor, bool add, const Rows<T>& out);

}  // namespace metatorch
