import { flag, notNegative, type OptionsOf, optional, readOptions, withDefault } from '../check';
import { invalidArgument } from '../errors';
import { safeSqrt } from '../nn/safe-sqrt';
import { mapTree, type Tensor, type Tree } from '../torch';
import type { AdamState } from './adam-state';
import { type FusedAdam, fusedAdam, fusible } from './fused-adam';
import type { LearningRate, Optimizer } from './optimizer';
import { overReals } from './over-reals';
import { takeStep } from './step';
import {
  checkShapes,
  decayRate,
  descend,
  descendRatio,
  learningRate as learningRateCheck,
  rateAt,
  stateOf,
  stepCount,
  withWeightDecay,
  zerosFor,
} from './steps';

/** What the options are checked by. */
export const ADAM = {
  /** α. Default: 0.001. */
  learningRate: withDefault<LearningRate>(learningRateCheck, 1e-3),
  /** β₁ and β₂. Default: [0.9, 0.999]. */
  betas: withDefault<readonly [number, number]>(decayRates, [0.9, 0.999]),
  /** ε, added to the root. Default: 1e-8. */
  eps: withDefault(notNegative, 1e-8),
  /** λ. Default: 0 for `adam`, 0.01 for `adamW`. */
  weightDecay: optional(notNegative),
  /**
   * Divide by the greatest second moment so far. Reddi et al. 2018, «On the Convergence of Adam and
   * Beyond», https://arxiv.org/abs/1904.09237. Default: false.
   */
  amsgrad: withDefault(flag, false),
};

export type AdamOptions = OptionsOf<typeof ADAM>;

type Moments = Omit<AdamState, 'step'>;
type Settings = Omit<FusedAdam, 'rate' | 'decoupled'>;

/** What `adam` and `adamW` share; `decoupled` decay shrinks the weights instead of the gradient. */
export function adamRule(
  options: AdamOptions,
  name: string,
  decoupled: boolean,
): Optimizer<AdamState> {
  const { learningRate, betas, ...read } = readOptions(ADAM, options, name);
  const [beta1, beta2] = betas;
  const weightDecay = read.weightDecay ?? (decoupled ? 0.01 : 0);
  const settings: Settings = { ...read, beta1, beta2, weightDecay };
  return {
    init: (params) => ({
      step: stepCount(),
      firstMoment: zerosFor(params),
      secondMoment: zerosFor(params),
      maxSecondMoment: settings.amsgrad ? zerosFor(params) : {},
    }),
    update: (gradients, state, params) =>
      takeStep(gradients, state, params, (own) => {
        const known = { gradients, ...momentsOf(stateOf(state, name), settings.amsgrad) };
        checkShapes(params, known, name);
        const rate = rateAt(learningRate, Number(state.step.item()), name);
        if (typeof rate === 'number' && fusible({ params, ...known })) {
          return fusedAdam(gradients, state, params, { ...settings, rate, decoupled }, own);
        }
        const ruled = { ...settings, rate, decoupled };
        return overReals({ gradients, state, params }, own, (trees) => singly(trees, ruled));
      }),
  };
}

/** One step by single operators. */
function singly<P extends Tree>(
  { gradients, state, params }: { gradients: Tree; state: AdamState; params: P },
  { rate, decoupled, ...settings }: Settings & { rate: number | Tensor; decoupled: boolean },
): { params: P; state: AdamState } {
  const step = state.step.add(1);
  const decayed = decoupled ? gradients : withWeightDecay(gradients, params, settings.weightDecay);
  const shrunk = decoupled ? shrink(params, rate, settings.weightDecay) : params;
  const moments = nextMoments(decayed, state, settings);
  const moved = move(shrunk, moments, rate, Number(step.item()), settings);
  return { params: moved, state: { step, ...moments } };
}

function decayRates(betas: unknown, name: string, operator: string): readonly [number, number] {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw invalidArgument('an array of two numbers', `${name} of ${operator}`, betas, operator);
  }
  return [decayRate(betas[0], `${name}[0]`, operator), decayRate(betas[1], `${name}[1]`, operator)];
}

/** What of the state has a tensor for every parameter. */
function momentsOf(
  { firstMoment, secondMoment, maxSecondMoment }: Moments,
  amsgrad: boolean,
): Record<string, Tree> {
  return { firstMoment, secondMoment, ...(amsgrad && { maxSecondMoment }) };
}

function shrink<P extends Tree>(params: P, rate: number | Tensor, weightDecay: number): P {
  if (weightDecay === 0) return params;
  return mapTree(([p]) => {
    return typeof rate === 'number'
      ? p.mul(1 - rate * weightDecay)
      : descend(p, p.mul(weightDecay), rate);
  }, params);
}

function nextMoments(gradients: Tree, state: Moments, settings: Settings): Moments {
  const { beta1, beta2, amsgrad } = settings;
  const firstMoment = mapTree(([m, g]) => m.lerp(g, 1 - beta1), state.firstMoment, gradients);
  const secondMoment = mapTree(
    ([v, g]) => v.mul(beta2).addcmul(g, g, { value: 1 - beta2 }),
    state.secondMoment,
    gradients,
  );
  const maxSecondMoment = amsgrad
    ? mapTree(([most, v]) => most.maximum(v), state.maxSecondMoment, secondMoment)
    : state.maxSecondMoment;
  return { firstMoment, secondMoment, maxSecondMoment };
}

/** p − α·(m/c₁) / (√(v/c₂) + ε) with cᵢ = 1 − βᵢᵗ, multiplied out to take fewer operators. */
function move<P extends Tree>(
  params: P,
  { firstMoment, secondMoment, maxSecondMoment }: Moments,
  rate: number | Tensor,
  step: number,
  { beta1, beta2, eps, amsgrad }: Settings,
): P {
  const root = Math.sqrt(1 - beta2 ** step);
  const factor = root / (1 - beta1 ** step);
  return mapTree(
    ([p, m, v]) => {
      const denominator = safeSqrt(v).add(eps * root);
      return descendRatio(p, m, denominator, rate, factor);
    },
    params,
    firstMoment,
    amsgrad ? maxSecondMoment : secondMoment,
  );
}
