// Parts of tensors taken and set.
#include <ATen/ATen.h>

#include <optional>

#include "autograd/batching.h"
#include "autograd/vmap_rules/replaced_rule.h"
#include "autograd/vmap_rules/rules.h"

namespace metatorch {
namespace {

// libtorch's rule scatters a copy of the source for every element along the dimension, each of
// which had a share in the gradient.
at::Tensor SelectScatter(const at::Tensor& self, const at::Tensor& source, int64_t dim,
                         int64_t index) {
  const int64_t along = c10::maybe_wrap_dim(dim, self.dim());
  const int64_t size = self.size(along);
  TORCH_CHECK_INDEX(index >= -size && index < size, "index ", index,
                    " is out of bounds for dimension ", along, " with size ", size);
  const int64_t at = index < 0 ? index + size : index;
  return self.slice_scatter(source.unsqueeze(along), along, at, at + 1);
}

// libtorch's rule takes a value that varies for one number, the last sample's.
at::Tensor IndexFill(const at::Tensor& self, int64_t dim, const at::Tensor& index,
                     const at::Tensor& value) {
  TORCH_CHECK(value.dim() == 0, "Expected a value without dimensions but received shape ",
              value.sizes());
  const bool single = self.dim() == 0;
  const int64_t along = c10::maybe_wrap_dim(dim, self.dim());
  std::vector<int64_t> shape(single ? 1 : static_cast<size_t>(self.dim()), 1);
  shape[static_cast<size_t>(along)] = single ? 1 : self.size(along);
  const at::Tensor chosen =
      at::zeros(shape, self.options().dtype(at::kBool)).index_fill(along, index, true);
  return at::where(single ? chosen.squeeze(0) : chosen, value.to(self.scalar_type()), self);
}

at::Tensor& IndexFillInPlace(at::Tensor& self, int64_t dim, const at::Tensor& index,
                             const at::Tensor& value) {
  return self.copy_(IndexFill(self, dim, index, value));
}

bool ValueVaries(const torch::jit::Stack& arguments) {
  return IsBatched(arguments.back().toTensor());
}

at::Tensor Take(const at::Tensor& self, const at::Tensor& index) {
  return at::index(self.reshape(-1), {index});
}

at::Tensor Put(const at::Tensor& self, const at::Tensor& index, const at::Tensor& source,
               bool accumulate) {
  TORCH_CHECK(index.numel() == source.numel(), "Expected as many elements in source as in index, ",
              index.numel(), ", but received ", source.numel());
  return at::index_put(self.reshape(-1), {index.reshape(-1)}, source.reshape(-1), accumulate)
      .view(self.sizes());
}

// libtorch's rule expects a gradient of as many elements as the mask.
at::Tensor MaskedSelectBackward(const at::Tensor& gradient, const at::Tensor& input,
                                const at::Tensor& mask) {
  const std::vector<int64_t> shape = at::infer_size(input.sizes(), mask.sizes());
  const at::Tensor zeros = at::zeros(shape, gradient.options());
  return at::sum_to(at::index_put(zeros, {mask.expand(shape)}, gradient), input.sizes());
}

[[noreturn]] void RefuseLayout(const char* name) {
  TORCH_CHECK(false, "vmap: ", name,
              " sets the layout of memory, which holds all samples; call as_strided instead");
}

const at::Tensor& AsStridedInPlace(const at::Tensor&, at::IntArrayRef, at::IntArrayRef,
                                   std::optional<int64_t>) {
  RefuseLayout("as_strided_");
}

}  // namespace

void AddIndexRules(torch::Library& library) {
  library.impl("select_scatter", TORCH_FN(SelectScatter));
  ReplaceRule(library, "index_fill", "int_Tensor",
              c10::KernelFunction::makeFromUnboxedFunction(TORCH_FN(IndexFill)), &ValueVaries);
  ReplaceRule(library, "index_fill_", "int_Tensor",
              c10::KernelFunction::makeFromUnboxedFunction(TORCH_FN(IndexFillInPlace)),
              &ValueVaries);
  library.impl("take", TORCH_FN(Take));
  library.impl("put", TORCH_FN(Put));
  library.impl("masked_select_backward", TORCH_FN(MaskedSelectBackward));
  library.impl("as_strided_", TORCH_FN(AsStridedInPlace));
}

}  // namespace metatorch
