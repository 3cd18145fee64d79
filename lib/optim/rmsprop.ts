import {
  flag,
  notNegative,
  type OptionsOf,
  type ReadOptions,
  readOptions,
  withDefault,
} from '../check';
import { safeSqrt } from '../nn/safe-sqrt';
import { mapTree, type Tensor, type Tree } from '../torch';
import type { LearningRate, Optimizer } from './optimizer';
import { overReals } from './over-reals';
import { takeStep } from './step';
import {
  checkShapes,
  decayRate,
  descend,
  descendRatio,
  learningRate,
  rateAt,
  stateOf,
  stepCount,
  withWeightDecay,
  zerosFor,
} from './steps';

/** What the options are checked by. */
export const RMSPROP = {
  /** α. Default: 0.01. */
  learningRate: withDefault<LearningRate>(learningRate, 0.01),
  /** ρ, the decay of the averages; PyTorch calls it alpha. Default: 0.99. */
  decay: withDefault(decayRate, 0.99),
  /** ε, added to the root. Default: 1e-8. */
  eps: withDefault(notNegative, 1e-8),
  /** μ. Default: 0, which keeps no velocity. */
  momentum: withDefault(notNegative, 0),
  /** λ, added to the gradient as λ·p. Default: 0. */
  weightDecay: withDefault(notNegative, 0),
  /** Divide by the deviation from the mean gradient. Default: false. */
  centered: withDefault(flag, false),
};

export type RmspropOptions = OptionsOf<typeof RMSPROP>;

type Settings = ReadOptions<typeof RMSPROP>;

/** `mean` is `{}` unless centered, `velocity` without momentum. */
export type RmspropState = { step: Tensor; meanSquare: Tree; mean: Tree; velocity: Tree };

/**
 * s ← ρ·s + (1 − ρ)·g², p ← p − α·g/(√s + ε); equal to PyTorch's `RMSprop`. Tieleman and Hinton 2012,
 * «Lecture 6.5: rmsprop», Coursera; centered after Graves 2013, https://arxiv.org/abs/1308.0850
 *
 * @throws ArgumentRangeError for options out of range
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer<RmspropState> {
  const settings = readOptions(RMSPROP, options, 'rmsprop');
  return {
    init: (params) => ({
      step: stepCount(),
      meanSquare: zerosFor(params),
      mean: settings.centered ? zerosFor(params) : {},
      velocity: settings.momentum === 0 ? {} : zerosFor(params),
    }),
    update: (gradients, state, params) =>
      takeStep(gradients, state, params, (own) => {
        const known = { gradients, ...averagesOf(stateOf(state, 'rmsprop'), settings) };
        checkShapes(params, known, 'rmsprop');
        const rate = rateAt(settings.learningRate, Number(state.step.item()), 'rmsprop');
        const rule = { ...settings, rate };
        return overReals({ gradients, state, params }, own, (trees) => ruled(trees, rule));
      }),
  };
}

function ruled<P extends Tree>(
  { gradients, state, params }: { gradients: Tree; state: RmspropState; params: P },
  { rate, ...settings }: Settings & { rate: number | Tensor },
): { params: P; state: RmspropState } {
  const decayed = withWeightDecay(gradients, params, settings.weightDecay);
  const averages = average(decayed, state, settings);
  const roots = rootsOf(averages, settings);
  const velocity = accelerate(decayed, roots, state.velocity, settings.momentum);
  const moved =
    settings.momentum === 0
      ? mapTree(([p, g, r]) => descendRatio(p, g, r, rate), params, decayed, roots)
      : mapTree(([p, v]) => descend(p, v, rate), params, velocity);
  return { params: moved, state: { ...averages, step: state.step.add(1), velocity } };
}

/** What of the state has a tensor for every parameter. */
function averagesOf(
  { meanSquare, mean, velocity }: RmspropState,
  { centered, momentum }: Settings,
): Record<string, Tree> {
  return { meanSquare, ...(centered && { mean }), ...(momentum !== 0 && { velocity }) };
}

type Averages = Pick<RmspropState, 'meanSquare' | 'mean'>;

function average(gradients: Tree, state: Averages, { decay, centered }: Settings): Averages {
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
function rootsOf({ meanSquare, mean }: Averages, { centered, eps }: Settings): Tree {
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
