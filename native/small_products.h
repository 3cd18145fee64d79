// Products of matrices that are too small for a call of libtorch, in a core's first cache.
#pragma once

#include <cstdint>

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
void AddProduct(const Rows<const float>& left, const Rows<const float>& right, float factor,
                bool add, const Rows<float>& out);
void AddProduct(const Rows<const double>& left, const Rows<const double>& right, double factor,
                bool add, const Rows<double>& out);

// The same of left · rightᵀ.
void AddProductWithTransposed(const Rows<const float>& left, const Rows<const float>& right,
                              float factor, bool add, const Rows<float>& out);
void AddProductWithTransposed(const Rows<const double>& left, const Rows<const double>& right,
                              double factor, bool add, const Rows<double>& out);

// The same of leftᵀ · right.
void AddTransposedProduct(const Rows<const float>& left, const Rows<const float>& right,
                          float factor, bool add, const Rows<float>& out);
void AddTransposedProduct(const Rows<const double>& left, const Rows<const double>& right,
                          double factor, bool add, const Rows<double>& out);

}  // namespace metatorch
