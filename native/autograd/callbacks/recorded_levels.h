// The levels of vmap in which a part of a graph was made. The graph knows plain tensors alone, and
// backward may run when vmap has long ended, so its functions of JavaScript get levels again.
#pragma once

#include <ATen/functorch/DynamicLayer.h>

#include <utility>
#include <vector>

#include "autograd/batching.h"

namespace metatorch {

class RecordedLevels {
 public:
  // Those that this thread is in.
  RecordedLevels();

  // The levels for the time of one call, inside of those that the thread is then in.
  class Again {
   public:
    explicit Again(const RecordedLevels& levels);
    ~Again();
    Again(const Again&) = delete;
    Again& operator=(const Again&) = delete;

    // A tensor whose dimensions are those of the labels, as samples see it.
    at::Tensor Wrap(at::Tensor plain, const Labels& labels) const;
    // The reverse: levels that the labels lack are summed over, others repeated.
    at::Tensor Unwrap(const at::Tensor& tensor, const Labels& labels) const;

   private:
    Unbatched Peel(const at::Tensor& tensor) const;

    const RecordedLevels& levels_;
    int64_t base_;
  };

 private:
  std::vector<std::pair<int64_t, at::functorch::RandomnessType>> levels_;
};

}  // namespace metatorch
