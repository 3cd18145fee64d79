// Losses, as in Python's decompositions of them for vmap (torch/_decomp/decompositions.py).
#include <ATen/ATen.h>
#include <ATen/core/Reduction.h>

#include <optional>
#include <tuple>

#include "autograd/vmap_rules/replaced_rule.h"
#include "autograd/vmap_rules/rules.h"

namespace metatorch {
namespace {

int64_t ClassDim(const at::Tensor& scores) { return scores.dim() < 2 ? 0 : 1; }

// The weights of the classes along the dimension of the classes.
at::Tensor Along(const at::Tensor& weight, const at::Tensor& scores) {
  std::vector<int64_t> shape(static_cast<size_t>(scores.dim()), 1);
  shape[static_cast<size_t>(ClassDim(scores))] = weight.size(0);
  return weight.reshape(shape);
}

void CheckLabels(const at::Tensor& scores, const at::Tensor& labels) {
  bool fits = scores.dim() >= 1 && labels.dim() == std::max<int64_t>(scores.dim() - 1, 0);
  for (int64_t dim = 0; fits && dim < labels.dim(); ++dim) {
    fits = labels.size(dim) == scores.size(dim == 0 ? 0 : dim + 1);
  }
  TORCH_CHECK(fits, "Expected labels for scores of shape ", scores.sizes(),
              ", without the dimension of the classes, but received shape ", labels.sizes());
}

std::tuple<at::Tensor, at::Tensor> NllLoss(const at::Tensor& scores, const at::Tensor& labels,
                                           const std::optional<at::Tensor>& weight,
                                           int64_t reduction, int64_t ignored) {
  CheckLabels(scores, labels);
  const int64_t dim = ClassDim(scores);
  const at::Tensor counted = labels.ne(ignored);
  const at::Tensor chosen = labels.masked_fill(counted.logical_not(), 0).unsqueeze(dim);
  at::Tensor losses = scores.gather(dim, chosen).squeeze(dim).neg();
  at::Tensor weights = counted.to(scores.scalar_type());
  if (weight.has_value() && weight->defined()) {
    const at::Tensor each = Along(*weight, scores).expand_as(scores);
    weights = weights * each.gather(dim, chosen).squeeze(dim);
  }
  // Not a product, since what is ignored may be infinite.
  losses = at::where(counted, losses * weights, at::zeros({}, losses.options()));
  if (reduction == at::Reduction::None && scores.dim() > 1) {
    return {losses, at::zeros({}, scores.options())};
  }
  const at::Tensor total = weights.sum();
  if (reduction == at::Reduction::Sum) return {losses.sum(), total};
  if (reduction == at::Reduction::Mean) return {losses.sum() / total, total};
  return {losses, total};
}

at::Tensor NllLossBackward(const at::Tensor& gradient, const at::Tensor& scores,
                           const at::Tensor& labels, const std::optional<at::Tensor>& weight,
                           int64_t reduction, int64_t ignored, const at::Tensor& total) {
  const int64_t dim = ClassDim(scores);
  const at::Tensor counted = labels.ne(ignored).unsqueeze(dim);
  const at::Tensor chosen = labels.unsqueeze(dim).masked_fill(counted.logical_not(), 0);
  at::Tensor each = reduction == at::Reduction::Mean ? gradient / total : gradient;
  if (each.dim() > 0 && each.dim() < scores.dim()) each = each.unsqueeze(dim);
  if (weight.has_value() && weight->defined()) each = each * Along(*weight, scores);
  each = at::where(counted, each, at::zeros({}, each.options()));
  return at::zeros_like(scores).scatter(dim, chosen, -1.0) * each;
}

// Label smoothing, ε: (1 − ε)·nll + ε/N·Σⱼ −wⱼ·log pⱼ. libtorch selects the rows that count, which
// are not as many in every sample.
at::Tensor SmoothedCrossEntropy(const at::Tensor& logits, const at::Tensor& labels,
                                const std::optional<at::Tensor>& weight, int64_t reduction,
                                int64_t ignored, double smoothing) {
  const int64_t dim = ClassDim(logits);
  const at::Tensor log_p = logits.log_softmax(dim);
  const at::Tensor loss = at::nll_loss_nd(log_p, labels, weight, reduction, ignored);
  const bool weighted = weight.has_value() && weight->defined();
  const at::Tensor each = weighted ? log_p * Along(*weight, logits) : log_p;
  const at::Tensor counted = labels.ne(ignored);
  at::Tensor smooth = each.sum(dim).neg();
  smooth = at::where(counted, smooth, at::zeros({}, smooth.options()));
  if (reduction == at::Reduction::Sum) smooth = smooth.sum();
  if (reduction == at::Reduction::Mean) {
    // As a loss of −1 for every row weighs them.
    const at::Tensor total =
        weighted ? std::get<1>(NllLoss(log_p.detach(), labels, weight, at::Reduction::Sum, ignored))
                 : counted.sum();
    smooth = smooth.sum() / total;
  }
  return loss * (1 - smoothing) + smooth * (smoothing / static_cast<double>(logits.size(dim)));
}

bool IsSmoothed(const torch::jit::Stack& arguments) {
  const size_t last = arguments.size() - 1;
  return arguments[last].toDouble() > 0 &&
         !at::isFloatingType(arguments[last - 4].toTensor().scalar_type());
}

double MeanOver(const at::Tensor& values, int64_t reduction) {
  return reduction == at::Reduction::Mean ? 1.0 / static_cast<double>(values.numel()) : 1.0;
}

at::Tensor MseLossBackward(const at::Tensor& gradient, const at::Tensor& values,
                           const at::Tensor& targets, int64_t reduction) {
  return (values - targets) * gradient * (2 * MeanOver(values, reduction));
}

at::Tensor SmoothL1LossBackward(const at::Tensor& gradient, const at::Tensor& values,
                                const at::Tensor& targets, int64_t reduction, double beta) {
  const at::Tensor difference = values - targets;
  const at::Tensor scaled = gradient * MeanOver(values, reduction);
  if (beta == 0) return scaled * difference.sign();
  return at::where(difference.abs().lt(beta), scaled * difference / beta,
                   scaled * difference.sign());
}

at::Tensor HuberLossBackward(const at::Tensor& gradient, const at::Tensor& values,
                             const at::Tensor& targets, int64_t reduction, double delta) {
  return (values - targets).clamp(-delta, delta) * gradient * MeanOver(values, reduction);
}

}  // namespace

void AddLossRules(torch::Library& library) {
  library.impl("nll_loss_forward", TORCH_FN(NllLoss));
  library.impl("nll_loss2d_forward", TORCH_FN(NllLoss));
  library.impl("nll_loss_backward", TORCH_FN(NllLossBackward));
  library.impl("nll_loss2d_backward", TORCH_FN(NllLossBackward));
  ReplaceRule(library, "cross_entropy_loss", "",
              c10::KernelFunction::makeFromUnboxedFunction(TORCH_FN(SmoothedCrossEntropy)),
              &IsSmoothed);
  library.impl("mse_loss_backward", TORCH_FN(MseLossBackward));
  library.impl("smooth_l1_loss_backward", TORCH_FN(SmoothL1LossBackward));
  library.impl("huber_loss_backward", TORCH_FN(HuberLossBackward));
}

}  // namespace metatorch
