#include "kernels/products/small_products.h"

#include <algorithm>

#include "kernels/products/product_kernel.h"
#include "kernels/products/products.h"
#include "kernels/rows/rows.h"

namespace metatorch {
namespace {

// A matrix as it is, or transposed.
template <typename T>
struct Side {
  const T* data;
  int64_t rows;
  int64_t columns;
  int64_t row_stride;
  int64_t column_stride;
};

template <typename T>
Side<T> AsIs(const Rows<const T>& of) {
  return {of.data, of.count, of.columns, of.stride, 1};
}

template <typename T>
Side<T> Transposed(const Rows<const T>& of) {
  return {of.data, of.columns, of.count, 1, of.stride};
}

// Both go through memory row by row.
template <typename T>
void ByRows(const Side<T>& left, const Side<T>& right, T factor, bool add, const Rows<T>& out) {
  for (int64_t i = 0; i < left.rows; ++i) {
    T* row = out.Row(i);
    const T* from = left.data + i * left.row_stride;
    if (!add) std::fill_n(row, out.columns, T{0});
    if (right.column_stride == 1) {
      for (int64_t k = 0; k < right.rows; ++k) {
        const T scale = factor * from[k * left.column_stride];
        AddScaledRow(row, right.data + k * right.row_stride, scale, out.columns);
      }
    } else {
      for (int64_t j = 0; j < out.columns; ++j) {
        row[j] += factor * DotRow(from, right.data + j * right.column_stride, right.rows);
      }
    }
  }
}

void ByKernel(const Side<float>& left, const Side<float>& right, float factor, bool add,
              const Rows<float>& out) {
  const MatrixView none{nullptr, 0, 0};
  const Product product{{left.rows, right.columns, right.rows},
                        {left.data, left.row_stride, left.column_stride},
                        {right.data, right.row_stride, right.column_stride},
                        add ? MatrixView{out.data, out.stride, 1} : none,
                        out.data,
                        out.stride,
                        factor,
                        1,
                        right.data};
  MultiplyRows(product, 0, left.rows);
}

void Multiply(const Side<float>& left, const Side<float>& right, float factor, bool add,
              const Rows<float>& out) {
  static const bool kernel = HasProductKernel();
  if (kernel) {
    ByKernel(left, right, factor, add, out);
  } else {
    ByRows(left, right, factor, add, out);
  }
}

void Multiply(const Side<double>& left, const Side<double>& right, double factor, bool add,
              const Rows<double>& out) {
  ByRows(left, right, factor, add, out);
}

}  // namespace

template <typename T>
void AddProduct(const Rows<const T>& left, const Rows<const T>& right,
                std::type_identity_t<T> factor, bool add, const Rows<T>& out) {
  Multiply(AsIs(left), AsIs(right), factor, add, out);
}

template <typename T>
void AddProductWithTransposed(const Rows<const T>& left, const Rows<const T>& right,
                              std::type_identity_t<T> factor, bool add, const Rows<T>& out) {
  Multiply(AsIs(left), Transposed(right), factor, add, out);
}

template <typename T>
void AddTransposedProduct(const Rows<const T>& left, const Rows<const T>& right,
                          std::type_identity_t<T> factor, bool add, const Rows<T>& out) {
  Multiply(Transposed(left), AsIs(right), factor, add, out);
}

template void AddProduct(const Rows<const float>&, const Rows<const float>&, float, bool,
                         const Rows<float>&);
template void AddProductWithTransposed(const Rows<const float>&, const Rows<const float>&, float,
                                       bool, const Rows<float>&);
template void AddTransposedProduct(const Rows<const float>&, const Rows<const float>&, float, bool,
                                   const Rows<float>&);
template void AddProduct(const Rows<const double>&, const Rows<const double>&, double, bool,
                         const Rows<double>&);
template void AddProductWithTransposed(const Rows<const double>&, const Rows<const double>&, double,
                                       bool, const Rows<double>&);
template void AddTransposedProduct(const Rows<const double>&, const Rows<const double>&, double,
                                   bool, const Rows<double>&);

}  // namespace metatorch
