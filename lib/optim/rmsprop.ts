import { checkOptions, flag, notNegative } from '../check';
import { safeSqrt } from '../nn/safe-sqrt';
import { mapTree, type Tensor, type Tree } from '../torch';
import type { LearningRate, Optimizer } from './optimizer';
import { takeStep } from './step';
import {
  checkRate,
  checkShapes,
  decayRate,
  descend,
  descendRatio,
  rateAt,
  stateOf,
  stepCount,
  withWeightDecay,
  zerosFor,
} from './steps';

export type RmspropOptions = {
  /** α. Default: 0.01. */
  learningRate?: LearningRate;
  /** ρ, the decay of the averages; PyTorch calls it alpha. Default: 0.99. */
  decay?: number;
  /** ε, added to the root. Default: 1e-8. */
  eps?: number;
  /** μ. Default: 0, which keeps no velocity. */
  momentum?: number;
  /** λ, added to the gradient as λ·p. Default: 0. */
  weightDecay?: number;
  /** Divide by the deviation from the mean gradient. Default: false. */
  centered?: boolean;
};

/** `mean` is `{}` unless centered, `velocity` without momentum. */
export type RmspropState = { step: Tensor; meanSquare: Tree; mean: Tree; velocity: Tree };

/**
 * s ← ρ·s + (1 − ρ)·g², p ← p − α·g/(√s + ε); equal to PyTorch's `RMSprop`. Tieleman and Hinton 2012,
 * «Lecture 6.5: rmsprop», Coursera; centered after Graves 2013, https://arxiv.org/abs/1308.0850
 *
 * @throws ArgumentRangeError for options out of range
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer<RmspropState> {
  const settings = checkSettings(options);
  return {
    init: (params) => ({
      step: stepCount(),
      meanSquare: zerosFor(params),
      mean: settings.centered ? zerosFor(params) : {},
      velocity: settings.momentum === 0 ? {} : zerosFor(params),
    }),
    update: (gradients, state, params) =>
      takeStep(gradients, state, params, () => {
        const known = { gradients, ...averagesOf(stateOf(state, 'rmsprop'), settings) };
        checkShapes(params, known, 'rmsprop');
        const rate = rateAt(settings.learningRate, Number(state.step.item()), 'rmsprop');
        const decayed = withWeightDecay(gradients, params, settings.weightDecay);
        const averages = average(decayed, state, settings);
        const roots = rootsOf(averages, settings);
        const velocity = accelerate(decayed, roots, state.velocity, settings.momentum);
        const moved =
          settings.momentum === 0
            ? mapTree(([p, g, r]) => descendRatio(p, g, r, rate), params, decayed, roots)
            : mapTree(([p, v]) => descend(p, v, rate), params, velocity);
        return { params: moved, state: { ...averages, step: state.step.add(1), velocity } };
      }),
  };
}

function checkSettings(options: RmspropOptions): Required<RmspropOptions> {
  const known = ['learningRate', 'decay', 'eps', 'momentum', 'weightDecay', 'centered'];
  checkOptions(options, known, 'rmsprop');
  return {
    learningRate: checkRate(options.learningRate ?? 0.01, 'rmsprop'),
    decay: decayRate(options.decay ?? 0.99, 'decay', 'rmsprop'),
    eps: notNegative(options.eps ?? 1e-8, 'eps', 'rmsprop'),
    momentum: notNegative(options.momentum ?? 0, 'momentum', 'rmsprop'),
    weightDecay: notNegative(options.weightDecay ?? 0, 'weightDecay', 'rmsprop'),
    centered: flag(options.centered ?? false, 'centered', 'rmsprop'),
  };
}

/** What of the state has a tensor for every parameter. */
function averagesOf(
  { meanSquare, mean, velocity }: RmspropState,
  { centered, momentum }: Required<RmspropOptions>,
): Record<string, Tree> {
  return { meanSquare, ...(centered && { mean }), ...(momentum !== 0 && { velocity }) };
}

type Averages = Pick<RmspropState, 'meanSquare' | 'mean'>;

function average(
  gradients: Tree,
  state: Averages,
  { decay, centered }: Required<RmspropOptions>,
): Averages {
  const meanSquare = mapTree(
    ([s, g]) => s.mul(decay).addcmul(g, g, { value: 1 - decay }),
    state.meanSquare,
    gradients,
  );
  const mean = centered
    ? mapTree(([m, g]) => m.lerp(g, 1 - decay), state.mean, gradients)
    : state.mean;
  return { meanSquare, mean };
}

/** √s + ε, centered √(s − m²) + ε, where rounding can make the difference negative. */
function rootsOf(
  { meanSquare, mean }: Averages,
  { centered, eps }: Required<RmspropOptions>,
): Tree {
  if (!centered) return mapTree(([s]) => safeSqrt(s).add(eps), meanSquare);
  return mapTree(
    ([s, m]) => {
      const variance = s.addcmul(m, m, { value: -1 });
      return safeSqrt(variance.clampMin(0)).add(eps);
    },
    meanSquare,
    mean,
  );
}

function accelerate(gradients: Tree, roots: Tree, velocity: Tree, momentum: number): Tree {
  if (momentum === 0) return velocity;
  return mapTree(([v, g, r]) => v.mul(momentum).addcdiv(g, r), velocity, gradients, roots);
}
