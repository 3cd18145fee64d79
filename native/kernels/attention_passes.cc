#include "kernels/attention_passes.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <initializer_list>
#include <tuple>

#include "kernels/attention_head.h"

namespace metatorch {
namespace {

using Tensors = std::vector<at::Tensor>;

// Multiplications that make a thread worth its while.
constexpr int64_t kAttentionGrain = 200'000;

struct Sizes {
  int64_t batch;
  int64_t heads;
  int64_t queries;
  int64_t keys;
  int64_t size;
  int64_t values;
};

Sizes SizesOf(const Tensors& parts, const AttentionMask& mask, int64_t heads) {
  const auto& [queries, keys, values] = std::tie(parts[0], parts[1], parts[2]);
  TORCH_CHECK(
      queries.dim() == 3 && keys.dim() == 3 && values.dim() == 3 &&
          keys.size(0) == queries.size(0) && values.size(0) == queries.size(0) &&
          keys.size(1) == values.size(1) && keys.size(2) == queries.size(2),
      "Expected queries of shape [B, a, d], keys [B, b, d] and values [B, b, e] but received ",
      queries.sizes(), ", ", keys.sizes(), " and ", values.sizes());
  TORCH_CHECK(heads > 0 && queries.size(2) % heads == 0 && values.size(2) % heads == 0,
              "Expected heads that divide the sizes ", queries.size(2), " and ", values.size(2),
              " but received ", heads);
  TORCH_CHECK_TYPE(
      keys.scalar_type() == queries.scalar_type() && values.scalar_type() == queries.scalar_type(),
      "Expected queries, keys and values of one dtype but received ", queries.scalar_type(), ", ",
      keys.scalar_type(), " and ", values.scalar_type());
  const Sizes sizes{queries.size(0),         heads,
                    queries.size(1),         keys.size(1),
                    queries.size(2) / heads, values.size(2) / heads};
  const int64_t expected[] = {sizes.batch, sizes.queries, sizes.keys};
  TORCH_CHECK(!mask.has_value() || (mask->scalar_type() == at::kBool && mask->sizes() == expected),
              "Expected a mask of shape ", at::IntArrayRef(expected), " and dtype bool");
  return sizes;
}

// Rows that lie one after the other within themselves.
at::Tensor WithRows(const at::Tensor& x) { return x.stride(2) == 1 ? x : x.contiguous(); }

Tensors WithRows(const Tensors& tensors) {
  Tensors own;
  for (const at::Tensor& tensor : tensors) own.push_back(WithRows(tensor));
  return own;
}

Tensors EmptyLike(const Tensors& tensors) {
  Tensors own;
  for (const at::Tensor& x : tensors) own.push_back(at::empty(x.sizes(), x.options()));
  return own;
}

Tensors Joined(std::initializer_list<Tensors> lists) {
  Tensors all;
  for (const Tensors& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

// One head's share of a tensor.
template <typename T>
Rows<const T> Share(const at::Tensor& x, int64_t batch, int64_t head, int64_t heads) {
  const int64_t size = x.size(2) / heads;
  return {x.const_data_ptr<T>() + batch * x.stride(0) + head * size, x.size(1), size, x.stride(1)};
}

template <typename T>
Rows<T> OwnShare(at::Tensor& x, int64_t batch, int64_t head, int64_t heads) {
  const Rows<const T> share = Share<T>(x, batch, head, heads);
  return {x.mutable_data_ptr<T>() + (share.data - x.const_data_ptr<T>()), share.count,
          share.columns, share.stride};
}

template <typename T>
HeadParts<const T> Shares(const Tensors& parts, int64_t batch, int64_t head, int64_t heads) {
  return {Share<T>(parts[0], batch, head, heads), Share<T>(parts[1], batch, head, heads),
          Share<T>(parts[2], batch, head, heads)};
}

template <typename T>
HeadParts<T> OwnShares(Tensors& parts, int64_t batch, int64_t head, int64_t heads) {
  return {OwnShare<T>(parts[0], batch, head, heads), OwnShare<T>(parts[1], batch, head, heads),
          OwnShare<T>(parts[2], batch, head, heads)};
}

HeadMask MaskOf(const AttentionMask& mask, int64_t batch) {
  if (!mask.has_value()) return {nullptr, 0, 0};
  return {mask->const_data_ptr<bool>() + batch * mask->stride(0), mask->stride(1), mask->stride(2)};
}

// A head's rows lie far apart, which a processor does not foresee.
template <typename T>
void Fetch(const Tensors& tensors, int64_t batch, int64_t head, int64_t heads) {
  constexpr int64_t kLine = 64 / sizeof(T);
  for (const at::Tensor& x : tensors) {
    const Rows<const T> share = Share<T>(x, batch, head, heads);
    for (int64_t row = 0; row < share.count; ++row) {
      for (int64_t j = 0; j < share.columns; j += kLine) __builtin_prefetch(share.Row(row) + j);
    }
  }
}

// Calls visit(head at work, number of the head, batch, head) for every head, of whose shares of the
// tensors the next one's are fetched meanwhile.
template <typename T, typename Visit>
void ForHeads(const Sizes& sizes, const Tensors& tensors, Visit visit) {
  const int64_t each = sizes.queries * sizes.keys * (sizes.size + sizes.values);
  const int64_t grain = std::max<int64_t>(kAttentionGrain / std::max<int64_t>(each, 1), 1);
  at::parallel_for(0, sizes.batch * sizes.heads, grain, [&](int64_t begin, int64_t end) {
    AttentionHead<T> work(sizes.queries, sizes.keys, sizes.size);
    for (int64_t at = begin; at < end; ++at) {
      if (at + 1 < end) {
        Fetch<T>(tensors, (at + 1) / sizes.heads, (at + 1) % sizes.heads, sizes.heads);
      }
      visit(work, at, at / sizes.heads, at % sizes.heads);
    }
  });
}

}  // namespace

AttentionOutput AttentionForward(const Tensors& given, const AttentionMask& mask, int64_t heads,
                                 bool keep_weights) {
  const Sizes sizes = SizesOf(given, mask, heads);
  const Tensors parts = WithRows(given);
  const at::TensorOptions options = parts[0].options();
  at::Tensor out = at::empty({sizes.batch, sizes.queries, sizes.values * heads}, options);
  at::Tensor weights;
  AT_DISPATCH_FLOATING_TYPES(out.scalar_type(), "attention", [&] {
    const int64_t each = AttentionHead<scalar_t>::WeightsSize(sizes.queries, sizes.keys);
    if (keep_weights) weights = at::empty({sizes.batch * heads, each}, options);
    auto* data = keep_weights ? weights.mutable_data_ptr<scalar_t>() : nullptr;
    ForHeads<scalar_t>(sizes, parts, [&](auto& work, int64_t at, int64_t batch, int64_t head) {
      work.Forward(Shares<scalar_t>(parts, batch, head, heads), MaskOf(mask, batch),
                   keep_weights ? data + at * each : work.Scratch(),
                   OwnShare<scalar_t>(out, batch, head, heads));
    });
  });
  return {out, weights};
}

Tensors AttentionGradients(const Tensors& given, const at::Tensor& weights,
                           const at::Tensor& gradient, int64_t heads) {
  const Sizes sizes = SizesOf(given, std::nullopt, heads);
  const Tensors parts = WithRows(given);
  const at::Tensor g = WithRows(gradient);
  Tensors to = EmptyLike(parts);
  AT_DISPATCH_FLOATING_TYPES(g.scalar_type(), "attention", [&] {
    const auto* data = weights.const_data_ptr<scalar_t>();
    ForHeads<scalar_t>(
        sizes, Joined({parts, {g}, to}), [&](auto& work, int64_t at, int64_t batch, int64_t head) {
          work.Gradients(Shares<scalar_t>(parts, batch, head, heads), data + at * weights.size(1),
                         Share<scalar_t>(g, batch, head, heads),
                         OwnShares<scalar_t>(to, batch, head, heads));
        });
  });
  return to;
}

Tensors AttentionSecondGradients(const Tensors& given, const at::Tensor& weights,
                                 const at::Tensor& gradient, const Tensors& cotangents,
                                 int64_t heads) {
  const Sizes sizes = SizesOf(given, std::nullopt, heads);
  const Tensors parts = WithRows(given), by = WithRows(cotangents);
  const at::Tensor g = WithRows(gradient);
  Tensors to = EmptyLike(parts);
  at::Tensor to_g = at::empty(g.sizes(), g.options());
  AT_DISPATCH_FLOATING_TYPES(g.scalar_type(), "attention", [&] {
    const auto* data = weights.const_data_ptr<scalar_t>();
    ForHeads<scalar_t>(sizes, Joined({parts, {g}, by, to, {to_g}}),
                       [&](auto& work, int64_t at, int64_t batch, int64_t head) {
                         work.SecondGradients(Shares<scalar_t>(parts, batch, head, heads),
                                              data + at * weights.size(1),
                                              Share<scalar_t>(g, batch, head, heads),
                                              Shares<scalar_t>(by, batch, head, heads),
                                              OwnShares<scalar_t>(to, batch, head, heads),
                                              OwnShare<scalar_t>(to_g, batch, head, heads));
                       });
  });
  to.push_back(to_g);
  return to;
}

}  // namespace metatorch
