#include "kernels/conv_max_kernels.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "kernels/products/products.h"
#include "kernels/rows/rows.h"

namespace metatorch {
namespace {

// Windows that are multiplied at once: few enough to stay in a core's cache.
constexpr int64_t kRows = 192;
// Multiplications that make a thread worth its while.
constexpr int64_t kConvGrain = 65'536;

// The filters of each task, contiguous within it.
at::Tensor Filters(const at::Tensor& weight) {
  const bool rows = weight.stride(2) == 1 && weight.stride(1) == weight.size(2);
  return rows ? weight : weight.contiguous();
}

// One range of samples of one task: all windows times all filters, a few samples at a time.
template <typename T>
class Convolution {
 public:
  Convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
              at::Tensor& values, at::Tensor& places, ConvMaxSizes sizes)
      : sizes_(sizes),
        weight_(weight),
        x_(x.const_data_ptr<T>()),
        bias_(bias.const_data_ptr<T>()),
        values_(values.mutable_data_ptr<T>()),
        places_(places.mutable_data_ptr<int32_t>()),
        bias_stride_(bias.stride(0)),
        at_once_(std::max<int64_t>(kRows / Places(), 1)),
        windows_(at::empty({at_once_ * Places(), Width()}, x.options())),
        products_(at::empty({at_once_ * Places(), sizes.filters}, x.options())) {}

  // Samples are counted over all tasks.
  void Run(int64_t begin, int64_t end) {
    while (begin < end) {
      const int64_t task = begin / sizes_.samples;
      const int64_t until = std::min({end, begin + at_once_, (task + 1) * sizes_.samples});
      const int64_t rows = (until - begin) * Places();
      Gather(begin, until);
      at::Tensor products = products_.narrow(0, 0, rows);
      ProductInto(products, windows_.narrow(0, 0, rows), weight_.select(0, task).t());
      for (int64_t sample = begin; sample < until; ++sample) {
        Reduce(products.const_data_ptr<T>() + (sample - begin) * Places() * sizes_.filters, sample,
               bias_ + task * bias_stride_);
      }
      begin = until;
    }
  }

 private:
  int64_t Places() const { return sizes_.length - sizes_.kernel + 1; }
  int64_t Width() const { return sizes_.kernel * sizes_.size; }

  void Gather(int64_t begin, int64_t end) {
    T* window = windows_.template mutable_data_ptr<T>();
    for (int64_t sample = begin; sample < end; ++sample) {
      const T* steps = x_ + sample * sizes_.length * sizes_.size;
      for (int64_t place = 0; place < Places(); ++place, window += Width()) {
        std::memcpy(window, steps + place * sizes_.size, Width() * sizeof(T));
      }
    }
  }

  void Reduce(const T* products, int64_t sample, const T* bias) {
    const int64_t filters = sizes_.filters;
    T* best = values_ + sample * filters;
    int32_t* place = places_ + sample * filters;
    std::copy_n(products, filters, best);
    std::fill_n(place, filters, 0);
    for (int64_t at = 1; at < Places(); ++at) {
      KeepGreaterRow(best, place, products + at * filters, static_cast<int32_t>(at), filters);
    }
    for (int64_t f = 0; f < filters; ++f) best[f] += bias[f];
  }

  const ConvMaxSizes sizes_;
  const at::Tensor weight_;
  const T* const x_;
  const T* const bias_;
  T* const values_;
  int32_t* const places_;
  const int64_t bias_stride_;
  const int64_t at_once_;
  at::Tensor windows_;
  at::Tensor products_;
};

// Calls run(task, sample, filter, place) for the samples of a range, in order.
template <typename Run>
void ForEachPick(const int32_t* places, const ConvMaxSizes& sizes, int64_t begin, int64_t end,
                 Run run) {
  for (int64_t sample = begin; sample < end; ++sample) {
    for (int64_t filter = 0; filter < sizes.filters; ++filter) {
      run(sample / sizes.samples, sample, filter, places[sample * sizes.filters + filter]);
    }
  }
}

int64_t GrainOf(int64_t work) {
  return std::max<int64_t>(kConvGrain / std::max<int64_t>(work, 1), 1);
}

}  // namespace

ConvMaxSizes SizesOf(const at::Tensor& x, const at::Tensor& weight) {
  TORCH_CHECK(x.dim() == 4 && weight.dim() == 3 && weight.size(0) == x.size(0) && x.size(3) > 0 &&
                  weight.size(2) > 0 && weight.size(2) % x.size(3) == 0,
              "conv_max: Expected shapes [T, n, L, D] and [T, F, k*D] but received ", x.sizes(),
              " and ", weight.sizes());
  const int64_t kernel = weight.size(2) / x.size(3);
  TORCH_CHECK(x.size(2) >= kernel && x.size(2) <= std::numeric_limits<int32_t>::max(),
              "conv_max: Expected a dimension of at least ", kernel, " steps but received ",
              x.size(2));
  TORCH_CHECK(x.scalar_type() == weight.scalar_type(), "conv_max: Expected one dtype but received ",
              x.scalar_type(), " and ", weight.scalar_type());
  return {x.size(0), x.size(1), x.size(2), x.size(3), weight.size(1), kernel};
}

std::pair<at::Tensor, at::Tensor> ConvMaxForward(const at::Tensor& x, const at::Tensor& weight,
                                                 const at::Tensor& bias, ConvMaxSizes sizes) {
  TORCH_CHECK(bias.dim() == 2 && bias.size(0) == sizes.tasks && bias.size(1) == sizes.filters &&
                  bias.scalar_type() == x.scalar_type(),
              "conv_max: Expected a bias of shape [", sizes.tasks, ", ", sizes.filters,
              "] but received ", bias.sizes());
  const at::Tensor steps = x.contiguous();
  const at::Tensor filters = Filters(weight);
  const at::Tensor offsets = bias.stride(1) == 1 ? bias : bias.contiguous();
  at::Tensor values = at::empty({sizes.tasks, sizes.samples, sizes.filters}, x.options());
  at::Tensor places = at::empty(values.sizes(), x.options().dtype(at::kInt));
  const int64_t work =
      (sizes.length - sizes.kernel + 1) * sizes.kernel * sizes.size * sizes.filters;
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "conv_max", [&] {
    at::parallel_for(
        0, sizes.tasks * sizes.samples, GrainOf(work), [&](int64_t begin, int64_t end) {
          const at::AutoDispatchBelowADInplaceOrView below;
          Convolution<scalar_t>(steps, filters, offsets, values, places, sizes).Run(begin, end);
        });
  });
  return {std::move(values), std::move(places)};
}

at::Tensor PickedProduct(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& places,
                         ConvMaxSizes sizes) {
  const at::Tensor steps = x.contiguous();
  const at::Tensor filters = Filters(weight);
  at::Tensor result = at::empty({sizes.tasks, sizes.samples, sizes.filters}, x.options());
  const int64_t width = sizes.kernel * sizes.size;
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "conv_max", [&] {
    const auto* from = steps.const_data_ptr<scalar_t>();
    const auto* by = filters.const_data_ptr<scalar_t>();
    auto* to = result.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, sizes.tasks * sizes.samples, GrainOf(sizes.filters * width),
                     [&](int64_t begin, int64_t end) {
                       ForEachPick(
                           places.const_data_ptr<int32_t>(), sizes, begin, end,
                           [&](int64_t task, int64_t sample, int64_t filter, int64_t place) {
                             to[sample * sizes.filters + filter] =
                                 DotRow(from + (sample * sizes.length + place) * sizes.size,
                                        by + task * filters.stride(0) + filter * width, width);
                           });
                     });
  });
  return result;
}

at::Tensor PickedWeight(const at::Tensor& values, const at::Tensor& x, const at::Tensor& places,
                        ConvMaxSizes sizes) {
  const at::Tensor steps = x.contiguous();
  const at::Tensor scales = values.contiguous();
  const int64_t width = sizes.kernel * sizes.size;
  at::Tensor result = at::zeros({sizes.tasks, sizes.filters, width}, x.options());
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "conv_max", [&] {
    const auto* from = steps.const_data_ptr<scalar_t>();
    const auto* by = scales.const_data_ptr<scalar_t>();
    const auto* at = places.const_data_ptr<int32_t>();
    auto* to = result.mutable_data_ptr<scalar_t>();
    // A row of the result belongs to one thread, which keeps it in its cache for all samples.
    at::parallel_for(0, sizes.tasks * sizes.filters, GrainOf(sizes.samples * width),
                     [&](int64_t begin, int64_t end) {
                       for (int64_t row = begin; row < end; ++row) {
                         const int64_t first = row / sizes.filters * sizes.samples;
                         for (int64_t sample = first; sample < first + sizes.samples; ++sample) {
                           const int64_t pick = sample * sizes.filters + row % sizes.filters;
                           AddScaledRow(to + row * width,
                                        from + (sample * sizes.length + at[pick]) * sizes.size,
                                        by[pick], width);
                         }
                       }
                     });
  });
  return result;
}

at::Tensor PickedInput(const at::Tensor& values, const at::Tensor& weight, const at::Tensor& places,
                       ConvMaxSizes sizes) {
  const at::Tensor filters = Filters(weight);
  const at::Tensor scales = values.contiguous();
  const int64_t width = sizes.kernel * sizes.size;
  at::Tensor result =
      at::zeros({sizes.tasks, sizes.samples, sizes.length, sizes.size}, weight.options());
  AT_DISPATCH_FLOATING_TYPES(weight.scalar_type(), "conv_max", [&] {
    const auto* from = filters.const_data_ptr<scalar_t>();
    const auto* by = scales.const_data_ptr<scalar_t>();
    auto* to = result.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, sizes.tasks * sizes.samples, GrainOf(sizes.filters * width),
                     [&](int64_t begin, int64_t end) {
                       ForEachPick(
                           places.const_data_ptr<int32_t>(), sizes, begin, end,
                           [&](int64_t task, int64_t sample, int64_t filter, int64_t place) {
                             AddScaledRow(to + (sample * sizes.length + place) * sizes.size,
                                          from + task * filters.stride(0) + filter * width,
                                          by[sample * sizes.filters + filter], width);
                           });
                     });
  });
  return result;
}

}  // namespace metatorch
