import {
  flag,
  notNegative,
  type OptionsOf,
  type ReadOptions,
  readOptions,
  required,
  withDefault,
} from '../check';
import { outOfRange } from '../errors';
import { mapTree, type Tensor, type Tree } from '../torch';
import type { LearningRate, Optimizer } from './optimizer';
import { takeStep } from './step';
import {
  checkShapes,
  descend,
  learningRate,
  rateAt,
  stateOf,
  stepCount,
  withWeightDecay,
  zerosFor,
} from './steps';

/** What the options are checked by. */
export const SGD = {
  /** α. */
  learningRate: required<LearningRate>(learningRate),
  /** μ. Default: 0, which keeps no velocity. */
  momentum: withDefault(notNegative, 0),
  /** τ: the share of the gradient that the velocity does not take up. Default: 0. */
  dampening: withDefault(notNegative, 0),
  /** Look ahead along the velocity; needs momentum and no dampening. Default: false. */
  nesterov: withDefault(flag, false),
  /** λ, added to the gradient as λ·p. Default: 0. */
  weightDecay: withDefault(notNegative, 0),
};

export type SgdOptions = OptionsOf<typeof SGD>;

type Settings = ReadOptions<typeof SGD>;

/** `velocity` is `{}` without momentum. */
export type SgdState = { step: Tensor; velocity: Tree };

/**
 * Stochastic gradient descent: v ← μ·v + (1 − τ)·g, p ← p − α·v, with v ← g in the first step; equal to
 * PyTorch's `SGD`. Sutskever et al. 2013, «On the importance of initialization and momentum in deep
 * learning».
 *
 * @throws ArgumentRangeError for options out of range
 */
export function sgd(options: SgdOptions): Optimizer<SgdState> {
  const settings = checkSettings(options);
  return {
    init: (params) => ({
      step: stepCount(),
      velocity: settings.momentum === 0 ? {} : zerosFor(params),
    }),
    update: (gradients, state, params) =>
      takeStep(gradients, state, params, () => {
        stateOf(state, 'sgd');
        const kept = settings.momentum === 0 ? {} : { velocity: state.velocity };
        checkShapes(params, { gradients, ...kept }, 'sgd');
        const step = Number(state.step.item());
        const rate = rateAt(settings.learningRate, step, 'sgd');
        const decayed = withWeightDecay(gradients, params, settings.weightDecay);
        const velocity = accelerate(decayed, state.velocity, step, settings);
        const moved = mapTree(
          ([p, d]) => descend(p, d, rate),
          params,
          direction(decayed, velocity, settings),
        );
        return { params: moved, state: { step: state.step.add(1), velocity } };
      }),
  };
}

function checkSettings(options: SgdOptions): Settings {
  const settings = readOptions(SGD, options, 'sgd');
  if (!settings.nesterov || (settings.momentum > 0 && settings.dampening === 0)) return settings;
  const expected = 'false without momentum or with dampening';
  throw outOfRange(expected, 'nesterov of sgd', settings.nesterov, 'sgd');
}

function accelerate(
  gradients: Tree,
  velocity: Tree,
  step: number,
  { momentum, dampening }: Settings,
): Tree {
  if (momentum === 0) return velocity;
  const alpha = step === 0 ? 1 : 1 - dampening;
  return mapTree(([v, g]) => v.mul(momentum).add(g, { alpha }), velocity, gradients);
}

function direction(gradients: Tree, velocity: Tree, { momentum, nesterov }: Settings): Tree {
  if (momentum === 0) return gradients;
  if (!nesterov) return velocity;
  return mapTree(([g, v]) => g.add(v, { alpha: momentum }), gradients, velocity);
}
