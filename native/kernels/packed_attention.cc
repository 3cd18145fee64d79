// metatorch::packed_attention(qkv [N, 3·D], lengths, heads, bias [heads, L, L]) -> [N, D]: what the
// tokens of each text see of it, softmax(Q·Kᵀ / √d + bias)·V by heads, without gradients. The texts
// lie one after the other without padding; so nothing is spread out, and nothing is masked.
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/attention_head.h"
#include "kernels/products/products.h"
#include "kernels/rows/softmax_rows.h"

namespace metatorch::packed_attention {
namespace {

using Bias = std::optional<at::Tensor>;

// Tokens of a text up to which a head is worked on by our kernels: with the one for products …
constexpr int64_t kMostTokens = 96;
// … and without.
constexpr int64_t kMostPlainTokens = 32;
// Multiplications that make a thread worth its while.
constexpr int64_t kGrain = 200'000;

struct Text {
  int64_t start;
  int64_t tokens;
};

struct Batch {
  std::vector<Text> texts;
  int64_t longest = 0;
  int64_t multiplications = 0;
};

struct Sizes {
  int64_t heads;
  // D, and d, that of a head.
  int64_t columns;
  int64_t size;
};

Sizes SizesOf(const at::Tensor& qkv, at::IntArrayRef lengths, int64_t heads, const Bias& bias) {
  TORCH_CHECK(qkv.dim() == 2 && heads > 0 && qkv.size(1) % (3 * heads) == 0,
              "packed_attention: expected qkv of shape [N, 3·D] and heads that divide D but ",
              "received ", qkv.sizes(), " and ", heads);
  TORCH_CHECK_TYPE(qkv.scalar_type() == at::kFloat || qkv.scalar_type() == at::kDouble,
                   "packed_attention: expected qkv of dtype float32 or float64 but received ",
                   qkv.scalar_type());
  int64_t tokens = 0;
  int64_t longest = 0;
  for (const int64_t length : lengths) {
    TORCH_CHECK(length >= 0 && length <= qkv.size(0),
                "packed_attention: expected lengths of texts but received ", length);
    tokens += length;
    longest = std::max(longest, length);
  }
  TORCH_CHECK(tokens == qkv.size(0), "packed_attention: expected lengths that add up to ",
              qkv.size(0), " but received ", tokens);
  TORCH_CHECK(!bias.has_value() ||
                  (bias->dim() == 3 && bias->size(0) == heads && bias->size(1) >= longest &&
                   bias->size(2) >= longest && bias->scalar_type() == qkv.scalar_type()),
              "packed_attention: expected a bias of shape [heads, L, L] and qkv's dtype");
  return {heads, qkv.size(1) / 3, qkv.size(1) / 3 / heads};
}

// The texts that our kernels take, or those that they do not.
Batch TextsOf(at::IntArrayRef lengths, const Sizes& sizes, int64_t most, bool within) {
  Batch batch;
  int64_t start = 0;
  for (const int64_t length : lengths) {
    if (length > 0 && (length <= most) == within) {
      batch.texts.push_back({start, length});
      batch.longest = std::max(batch.longest, length);
      batch.multiplications += 2 * length * length * sizes.size;
    }
    start += length;
  }
  return batch;
}

template <typename T>
void AttendShort(const at::Tensor& qkv, const Batch& batch, const Sizes& sizes, const Bias& bias,
                 at::Tensor& out) {
  const auto count = static_cast<int64_t>(batch.texts.size());
  const int64_t stride = qkv.stride(0);
  const T* from = qkv.const_data_ptr<T>();
  T* to = out.mutable_data_ptr<T>();
  const int64_t each = std::max<int64_t>(1, batch.multiplications / count);
  // Texts of all lengths fall to every thread, as it goes through them head by head.
  at::parallel_for(
      0, count * sizes.heads, std::max<int64_t>(1, kGrain / each), [&](int64_t begin, int64_t end) {
        std::vector<T> weights(AttentionHead<T>::WeightsSize(batch.longest, batch.longest));
        for (int64_t unit = begin; unit < end; ++unit) {
          const int64_t head = unit / count;
          const auto [start, tokens] = batch.texts[unit % count];
          const T* first = from + start * stride + head * sizes.size;
          const auto part = [&](int64_t place) -> Rows<const T> {
            return {first + place * sizes.columns, tokens, sizes.size, stride};
          };
          const HeadBias<T> own =
              bias.has_value()
                  ? HeadBias<T>{bias->const_data_ptr<T>() + head * bias->stride(0), bias->stride(1)}
                  : HeadBias<T>{nullptr, 0};
          Attend<T>(
              {part(0), part(1), part(2)}, own, weights.data(),
              {to + start * sizes.columns + head * sizes.size, tokens, sizes.size, sizes.columns});
        }
      });
}

void AttendLong(const at::Tensor& qkv, const Batch& batch, const Sizes& sizes, const Bias& bias,
                at::Tensor& out) {
  for (const auto [start, tokens] : batch.texts) {
    const at::Tensor parts = qkv.narrow(0, start, tokens)
                                 .view({1, tokens, 3, sizes.heads, sizes.size})
                                 .permute({2, 0, 3, 1, 4});
    Bias own;
    if (bias.has_value()) own = bias->narrow(1, 0, tokens).narrow(2, 0, tokens).unsqueeze(0);
    const at::Tensor seen = at::scaled_dot_product_attention(parts[0], parts[1], parts[2], own);
    out.narrow(0, start, tokens)
        .view({tokens, sizes.heads, sizes.size})
        .copy_(seen[0].transpose(0, 1));
  }
}

at::Tensor PackedAttention(const at::Tensor& qkv, at::IntArrayRef lengths, int64_t heads,
                           const Bias& bias) {
  const Sizes sizes = SizesOf(qkv, lengths, heads, bias);
  const at::Tensor rows = qkv.stride(1) == 1 ? qkv : qkv.contiguous();
  Bias added;
  if (bias.has_value()) added = bias->stride(2) == 1 ? *bias : bias->contiguous();
  at::Tensor out = at::empty({qkv.size(0), sizes.columns}, qkv.options());
  const bool kernel = qkv.scalar_type() == at::kFloat && HasProductKernel();
  const int64_t most = kernel ? kMostTokens : kMostPlainTokens;
  const Batch few = TextsOf(lengths, sizes, most, true);
  if (!few.texts.empty()) {
    AT_DISPATCH_FLOATING_TYPES(qkv.scalar_type(), "packed_attention",
                               [&] { AttendShort<scalar_t>(rows, few, sizes, added, out); });
  }
  AttendLong(rows, TextsOf(lengths, sizes, most, false), sizes, added, out);
  return out;
}

at::Tensor WithoutGradients(const at::Tensor& qkv, at::IntArrayRef lengths, int64_t heads,
                            const Bias& bias) {
  TORCH_CHECK(!at::GradMode::is_enabled() || !qkv.requires_grad(),
              "packed_attention: expected qkv that does not require grad, or noGrad()");
  const at::AutoDispatchBelowADInplaceOrView below;
  return PackedAttention(qkv, lengths, heads, bias);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(metatorch, library) {
  library.def(
      "packed_attention(Tensor qkv, int[] lengths, int heads, Tensor? bias=None) -> Tensor");
  library.impl("packed_attention", c10::DispatchKey::CPU, &PackedAttention);
  library.impl("packed_attention", c10::DispatchKey::Autograd, &WithoutGradients);
}

}  // namespace metatorch::packed_attention
