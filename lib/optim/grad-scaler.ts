import {
  flag,
  numberWhere,
  type OptionsOf,
  positiveFinite,
  positiveInteger,
  readOptions,
  withDefault,
} from '../check';
import { leaves, mapTree, type Tensor, type Tree, torch } from '../torch';
import { requireTensor } from '../torch/check-tensors';

const above1 = (value: unknown, name: string, operator: string): number =>
  numberWhere((n) => n > 1 && n < Infinity, 'a number above 1', value, name, operator);
const below1 = (value: unknown, name: string, operator: string): number =>
  numberWhere((n) => n > 0 && n < 1, 'a number in (0, 1)', value, name, operator);

const OPTIONS = {
  /** The first scale. Default: 65,536. */
  initScale: withDefault(positiveFinite, 2 ** 16),
  /** What the scale is multiplied by after `growthInterval` steps in a row with finite gradients. Default: 2. */
  growthFactor: withDefault(above1, 2),
  /** What it is multiplied by after a step without. Default: 0.5. */
  backoffFactor: withDefault(below1, 0.5),
  /** Default: 2,000. */
  growthInterval: withDefault(positiveInteger, 2000),
};

export type GradScalerOptions = OptionsOf<typeof OPTIONS>;

/** The scale, and the steps with finite gradients since it last changed. */
export type GradScalerState = { readonly scale: Tensor; readonly steps: Tensor };

/** A scale for losses as pure functions over its state. */
export interface GradScaler {
  init(): GradScalerState;
  /** The loss times the scale. */
  scale(loss: Tensor, state: GradScalerState): Tensor;
  /** Gradients of the scaled loss divided by the scale, and whether all of them are finite. */
  unscale<P extends Tree>(gradients: P, state: GradScalerState): { gradients: P; finite: boolean };
  /** The state for the next step. */
  update(state: GradScalerState, finite: boolean): GradScalerState;
}

/**
 * Keeps the gradients of float16 in its range: the loss is multiplied by a scale, its gradients are
 * divided by it, and a step whose gradients are not finite is left out and makes the scale smaller.
 * bfloat16 has float32's range and needs none. The rule is that of PyTorch's `GradScaler`.
 *
 *     const scaler = gradScaler();
 *     let scaling = scaler.init();
 *     const scaled = torch.grad(scaler.scale(lossOf(params), scaling), params);
 *     const { gradients, finite } = scaler.unscale(scaled, scaling);
 *     if (finite) ({ params, state } = optimizer.update(gradients, state, params));
 *     scaling = scaler.update(scaling, finite);
 *
 * Micikevicius et al. 2018, «Mixed precision training».
 *
 * @throws ArgumentRangeError for options out of range
 */
export function gradScaler(options: GradScalerOptions = {}): GradScaler {
  const settings = readOptions(OPTIONS, options, 'gradScaler');
  const { initScale, growthFactor, backoffFactor, growthInterval } = settings;
  const stateOf = (scale: number, steps: number): GradScalerState => ({
    scale: torch.tensor(scale, { dtype: 'float32' }),
    steps: torch.tensor(steps, { dtype: 'float32' }),
  });
  return {
    init: () => stateOf(initScale, 0),
    scale: (loss, state) => requireTensor(loss, 'loss', 'gradScaler').mul(numberOf(state, 'scale')),
    unscale: (gradients, state) => {
      const share = 1 / numberOf(state, 'scale');
      return torch.scope(() => {
        const unscaled = mapTree(([g]) => g.mul(share), gradients);
        const finite = leaves(unscaled).every((g) => g.isfinite().all().item() === true);
        return { gradients: unscaled, finite };
      });
    },
    update: (state, finite) => {
      const scale = numberOf(state, 'scale');
      if (!flag(finite, 'finite', 'gradScaler')) return stateOf(scale * backoffFactor, 0);
      const steps = numberOf(state, 'steps') + 1;
      if (steps < growthInterval) return stateOf(scale, steps);
      const grown = Math.fround(scale * growthFactor);
      return stateOf(Number.isFinite(grown) ? grown : scale, 0);
    },
  };
}

function numberOf(state: GradScalerState, name: keyof GradScalerState): number {
  const tensor = requireTensor(Object(state)[name], `${name} of the state`, 'gradScaler');
  return Number(tensor.item());
}
