import { type Check, notNegative, numberWhere, objectOf } from '../check';
import { invalidArgument, outOfRange } from '../errors';
import { isTensor, mapTree, type Tensor, type Tree, torch } from '../torch';
import { requireTensor, sameShape, wrongShape } from '../torch/check-tensors';
import type { LearningRate } from './optimizer';

/** Zeros for every parameter, contiguous whatever the parameters' strides. */
export function zerosFor(params: Tree): Tree {
  const zeros = (p: Tensor): Tensor =>
    torch.scope(() => p.detach().zerosLike({ memoryFormat: 'contiguous_format' }));
  return mapTree(([p]) => zeros(p), params);
}

/**
 * Refuses gradients or state whose tensors are not of their parameters' shapes. Single operators would
 * broadcast them, and a fused kernel read and write beyond them.
 */
export function checkShapes(
  params: Tree,
  trees: Readonly<Record<string, Tree>>,
  operator: string,
): void {
  const names = Object.keys(trees);
  mapTree(
    ([p, ...others], path) => {
      const { shape } = p;
      for (const [i, own] of others.entries()) {
        if (sameShape(own.shape, shape)) continue;
        const where = path === '' ? `${names[i]}` : `${names[i]} '${path}'`;
        throw wrongShape(`[${shape.join(', ')}]`, where, own.shape, operator);
      }
      return p;
    },
    params,
    ...Object.values(trees),
  );
}

/**
 * Returns the state if its count of steps can be read.
 *
 * @throws ArgumentTypeError if it cannot
 */
export function stateOf<S extends { step: Tensor }>(state: S, operator: string): S {
  requireTensor(objectOf(state, 'state', operator).step, 'the step of the state', operator);
  return state;
}

/** The number of steps done, on the CPU so that reading it waits for no device. */
export function stepCount(): Tensor {
  return torch.zeros([]);
}

export function checkRate(rate: unknown, operator: string): LearningRate {
  const expected = 'a number of at least 0, a tensor or a function of the step';
  if (typeof rate === 'function') return rate as LearningRate;
  if (isTensor(rate)) return rate;
  const where = `learningRate of ${operator}`;
  if (typeof rate !== 'number') throw invalidArgument(expected, where, rate, operator);
  if (rate >= 0 && rate < Infinity) return rate;
  throw outOfRange(expected, where, rate, operator);
}

/** The same as the check of an option. */
export const learningRate: Check<LearningRate> = (rate, _name, operator) =>
  checkRate(rate, operator);

/** The rate at a step; what a function of the step gives is checked as a number given is. */
export function rateAt(rate: LearningRate, step: number, operator: string): number | Tensor {
  if (typeof rate !== 'function') return rate;
  const value: unknown = rate(step);
  if (isTensor(value)) return value;
  return notNegative(value, `learningRate(${step})`, operator);
}

/** Returns `value` if it is in [0, 1). */
export function decayRate(value: unknown, name: string, operator: string): number {
  const fits = (number: number) => number >= 0 && number < 1;
  return numberWhere(fits, 'a number in [0, 1)', value, name, operator);
}

/** p − rate·direction. */
export function descend(p: Tensor, direction: Tensor, rate: number | Tensor): Tensor {
  return typeof rate === 'number'
    ? p.sub(direction, { alpha: rate })
    : kept(p, rate, p.addcmul(direction, rate, { value: -1 }));
}

/** p − rate·factor·numerator/denominator. */
export function descendRatio(
  p: Tensor,
  numerator: Tensor,
  denominator: Tensor,
  rate: number | Tensor,
  factor = 1,
): Tensor {
  return typeof rate === 'number'
    ? p.addcdiv(numerator, denominator, { value: -rate * factor })
    : kept(p, rate, p.addcmul(numerator.div(denominator), rate, { value: -factor }));
}

/** `moved` if the rate left it of p's shape and dtype. */
function kept(p: Tensor, rate: Tensor, moved: Tensor): Tensor {
  if (!moved.isSameSize(p)) {
    const expected = `what broadcasts to the parameters [${p.shape.join(', ')}]`;
    throw wrongShape(expected, 'learningRate', rate.shape, 'an optimizer');
  }
  if (moved.dtype === p.dtype) return moved;
  throw invalidArgument(p.dtype, 'the learningRate of an optimizer', rate.dtype);
}

/** gradient + weightDecay·p, the gradient of an added weightDecay/2·‖p‖². */
export function withWeightDecay<P extends Tree>(gradients: P, params: P, weightDecay: number): P {
  if (weightDecay === 0) return gradients;
  return mapTree(([g, p]) => g.add(p, { alpha: weightDecay }), gradients, params);
}
