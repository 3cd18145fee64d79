import { positiveFinite } from '../../check';
import { normalize } from '../../meta/metric/normalize';
import { type Tensor, torch } from '../../torch';
import { requireTensor, shapeOf, wrongShape } from '../../torch/check-tensors';

/**
 * How far the cosines of pairs are from what they should be: the mean of (cos(aᵢ, bᵢ) − tᵢ)², one number.
 * It is the loss of SetFit: Lewis Tunstall et al.: Efficient Few-Shot Learning Without Prompts, 2022,
 * https://arxiv.org/abs/2209.11055
 *
 * @param a `[n, D]`
 * @param b `[n, D]`
 * @param targets `[n]`: 1 for pairs of one label, 0 for others
 * @throws ArgumentTypeError or ArgumentRangeError for other shapes
 */
export function cosinePairLoss(a: Tensor, b: Tensor, targets: Tensor): Tensor {
  const operator = 'cosinePairLoss';
  const [rows = 0] = matrix(a, 'a', operator);
  if (shapeOf(b, 'b', operator).join() !== a.shape.join()) {
    throw wrongShape(`[${a.shape.join(', ')}]`, 'b', b.shape, operator);
  }
  const own = shapeOf(targets, 'targets', operator);
  if (own.join() !== `${rows}`) throw wrongShape(`[${rows}]`, 'targets', own, operator);
  return torch.scope(() =>
    normalize(a).mul(normalize(b)).sum([1]).sub(targets.to(a.dtype)).square().mean(),
  );
}

/**
 * The supervised contrast of a batch, one number: each text's own label against all others that are there,
 *
 *   −1/n Σᵢ 1/|Pᵢ| Σ over p in Pᵢ of log softmax over j ≠ i of (cos(xᵢ, xⱼ) / τ) at p
 *
 * Pᵢ are the other texts of i's label; a text whose label has no other counts 0. Prannay Khosla et al.:
 * Supervised Contrastive Learning, NeurIPS 2020, https://arxiv.org/abs/2004.11362
 *
 * @param x `[n, D]`
 * @param labels `[n]`, int64
 * @param temperature τ
 * @throws ArgumentTypeError or ArgumentRangeError for other shapes, or a temperature that is not above 0
 */
export function supervisedContrast(x: Tensor, labels: Tensor, temperature: number): Tensor {
  const operator = 'supervisedContrast';
  matrix(x, 'x', operator);
  return torch.scope(() => {
    const unit = normalize(x);
    return contrast(unit.matmul(unit.mT), labels, temperature, operator);
  });
}

/**
 * As `supervisedContrast`, with the similarity of two texts by their tokens in place of the cosine of their vectors:
 * the mean over one text's tokens of the greatest cosine with a token of the other, and both ways round. Similarity:
 * Omar Khattab, Matei Zaharia: ColBERT, SIGIR 2020, https://arxiv.org/abs/2004.12832; as the contrast of a batch: Asaf
 * Yehudai, Elron Bandel: FastFit, 2024, https://arxiv.org/abs/2404.12365, which has a projection to 128 numbers more.
 * It holds (n · L)² cosines at once.
 *
 * @param states `[n, L, H]`: the vectors of tokens
 * @param mask `[n, L]`: 1 for tokens, 0 for padding
 * @param labels `[n]`, int64
 * @param temperature τ
 * @throws ArgumentTypeError or ArgumentRangeError for other shapes, or a temperature that is not above 0
 */
export function tokenContrast(
  states: Tensor,
  mask: Tensor,
  labels: Tensor,
  temperature: number,
): Tensor {
  const operator = 'tokenContrast';
  const shape = requireTensor(states, 'states', operator).shape;
  const [n = 0, length = 0] = shape;
  if (shape.length !== 3) throw wrongShape('[n, L, H]', 'states', shape, operator);
  const masked = shapeOf(mask, 'mask', operator);
  if (masked.join() !== `${n},${length}`) {
    throw wrongShape(`[${n}, ${length}]`, 'mask', masked, operator);
  }
  return torch.scope(() =>
    contrast(tokenSimilarities(states, mask), labels, temperature, operator),
  );
}

/** `[n, n]`: how similar texts are by their tokens. */
function tokenSimilarities(states: Tensor, mask: Tensor): Tensor {
  const [n = 0, length = 0] = mask.shape;
  const unit = normalize(states).flatten(0, 1);
  const cosines = unit.matmul(unit.mT).view([n, length, n, length]);
  const padding = mask.eq(0).view([1, 1, n, length]);
  const nearest = cosines.maskedFill(padding, -Infinity).amax([3]);
  const weights = mask.to(states.dtype).unsqueeze(2);
  const oneWay = nearest
    .mul(weights)
    .sum([1])
    .div(weights.sum([1]));
  return oneWay.add(oneWay.mT).div(2);
}

/** −1/n Σᵢ 1/|Pᵢ| Σ over p in Pᵢ of log softmax over j ≠ i of (sᵢⱼ / τ) at p, of similarities `[n, n]`. */
function contrast(
  similarities: Tensor,
  labels: Tensor,
  temperature: number,
  operator: string,
): Tensor {
  const { dtype, device } = similarities;
  const rows = similarities.size(0);
  const own = shapeOf(labels, 'labels', operator);
  if (own.join() !== `${rows}`) throw wrongShape(`[${rows}]`, 'labels', own, operator);
  const tau = positiveFinite(temperature, 'temperature', operator);
  const itself = torch.eye(rows, { dtype: 'bool', device });
  const same = labels.unsqueeze(0).eq(labels.unsqueeze(1)).logicalAnd(itself.logicalNot());
  const others = similarities.div(tau).maskedFill(itself, -Infinity);
  const logShares = others.logSoftmax(1).maskedFill(itself, 0).mul(same.to(dtype));
  const counts = same.sum([1]).clampMin(1).to(dtype);
  return logShares.sum([1]).div(counts).mean().neg();
}

function matrix(x: Tensor, name: string, operator: string): readonly number[] {
  const shape = requireTensor(x, name, operator).shape;
  if (shape.length === 2) return shape;
  throw wrongShape('[n, D]', name, shape, operator);
}
