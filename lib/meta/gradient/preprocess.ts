import { type Tensor, torch } from '../../torch/index';

/**
 * Gradients and losses of any size as numbers that a network can take: x becomes (log|x|/p, sign x) if
 * |x| ≥ e⁻ᵖ, else (−1, eᵖ x). `[…]` gives `[…, 2]`.
 *
 * Andrychowicz et al.: Learning to Learn by Gradient Descent by Gradient Descent, NeurIPS 2016,
 * appendix A, https://arxiv.org/abs/1606.04474
 */
export function preprocess(x: Tensor, p = 10): Tensor {
  const least = Math.exp(-p);
  const size = x.abs();
  const small = size.lt(least);
  const scale = torch.where(small, -1, size.clampMin(least).log().div(p));
  return torch.stack([scale, torch.where(small, x.div(least), x.sign())], -1);
}
