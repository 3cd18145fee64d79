import { positiveFinite } from '../../check';
import { outOfRange } from '../../errors';
import { normalize } from '../../meta/metric/normalize';
import type { TrainableEncoder } from '../../text';
import { type Tensor, torch } from '../../torch';
import { requireTensor, shapeOf, wrongShape } from '../../torch/check-tensors';
import type { Objective } from './objective';

/**
 * How well each text is told from all others of a batch by another view of it, one number:
 *
 *   −1/n Σᵢ log softmax over j of (cos(aᵢ, bⱼ) / τ) at i
 *
 * @param a `[n, D]`
 * @param b `[n, D]`, the other views
 * @param temperature τ
 * @throws ArgumentTypeError or ArgumentRangeError for other shapes, or a temperature that is not above 0
 */
export function viewContrast(a: Tensor, b: Tensor, temperature: number): Tensor {
  const operator = 'viewContrast';
  const shape = requireTensor(a, 'a', operator).shape;
  if (shape.length !== 2) throw wrongShape('[n, D]', 'a', shape, operator);
  if (shapeOf(b, 'b', operator).join() !== shape.join()) {
    throw wrongShape(`[${shape.join(', ')}]`, 'b', b.shape, operator);
  }
  const tau = positiveFinite(temperature, 'temperature', operator);
  return torch.scope(() => {
    const cosines = normalize(a).matmul(normalize(b).mT).div(tau);
    const own = torch.arange(0, shape[0] ?? 0, 1, { dtype: 'int64', device: a.device });
    return cosines.crossEntropyLoss(own);
  });
}

/**
 * A text is told from the others of its batch, as dropout shows it twice. Tianyu Gao, Xingcheng Yao, Danqi
 * Chen: SimCSE, EMNLP 2021, https://arxiv.org/abs/2104.08821
 *
 * @throws ArgumentRangeError, at the first step, for an encoder without dropout, which shows a text but one way
 */
export function contrast(
  encoder: TrainableEncoder,
  temperature: number,
  operator: string,
): Objective {
  let differs = false;
  return {
    init: () => ({}),
    loss: ({ encoder: params }, { texts, context }) =>
      torch.scope(() => {
        const batch = encoder.vectorizer.vectorize(texts);
        const a = encoder.layer.apply(params, batch, context);
        const b = encoder.layer.apply(params, batch, context);
        differs ||= !a.equal(b);
        if (differs) return viewContrast(a, b, temperature);
        const expected = 'an encoder with dropout';
        throw outOfRange(expected, `encoder of ${operator}`, 'one without', operator);
      }),
  };
}
