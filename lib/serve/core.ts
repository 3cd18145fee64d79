import { normalize } from '../meta/metric/normalize';
import { type Tensor, torch } from '../torch';
import {
  type FitOptions,
  type Fitted,
  fitExamples,
  type LabeledFeatures,
  refitted,
} from './fitted';
import { indices } from './heads/features';
import type { HeadMap } from './heads/head-map';
import type { Tuned } from './tuning/tuned';

/**
 * What a classifier computes with: numbers alone, so that threads exchange it without a text. It never
 * changes: an edit makes another one.
 */
export type Core = Omit<LabeledFeatures, 'measured'> & {
  fitted: Fitted;
  /** The classifier's own encoder, if it was fine-tuned. */
  tuned?: Tuned | undefined;
};

/** Examples without their vectors: the numbers of their labels, and the keys of their texts. */
export type Rows = { y: readonly number[]; keys: readonly number[] };

/** How to fit, and what meta-training has learned of the encoder, or fine-tuning made of it. */
export type Fitting = {
  options: FitOptions;
  map: HeadMap | undefined;
  tuned?: Tuned | undefined;
};

/** The core of examples with the vectors `[n, D]`. */
export function coreOf(vectors: Tensor, rows: Rows, labels: number, fitting: Fitting): Core {
  return torch.scope(() => {
    const { y, keys } = rows;
    const features = { x: normalize(vectors), y: indices(y), labels, keys: Uint32Array.from(keys) };
    return fittedCore(features, fitting, fitExamples);
  });
}

/** The core with more examples, of its labels or new ones. The kind of head stays. */
export function grown(
  core: Core,
  vectors: Tensor,
  rows: Rows,
  labels: number,
  fitting: Fitting,
): Core {
  return torch.scope(() => {
    const features = {
      x: torch.cat([core.x, normalize(vectors)]),
      y: torch.cat([core.y, indices(rows.y)]),
      labels,
      keys: joined(core.keys, rows.keys),
    };
    return fittedCore(features, fitting, (all, options) => refitted(core, all, options));
  });
}

function fittedCore(
  features: LabeledFeatures,
  { options, map, tuned }: Fitting,
  fitted: (features: LabeledFeatures, options: FitOptions) => Fitted,
): Core {
  // A map knows the vectors of the pool's encoder.
  const known = tuned === undefined ? { map } : { measured: tuned.measured };
  return { ...features, fitted: fitted({ ...features, ...known }, options), tuned };
}

function joined(before: Uint32Array, added: readonly number[]): Uint32Array {
  const all = new Uint32Array(before.length + added.length);
  all.set(before);
  all.set(added, before.length);
  return all;
}

/** The core of some of its examples, whose labels get the numbers `y`, fitted anew. */
export function narrowed(
  core: Core,
  rows: readonly number[],
  y: readonly number[],
  labels: number,
  fitting: Fitting,
): Core {
  return torch.scope(() => {
    const keys = Uint32Array.from(rows, (row) => core.keys[row] ?? 0);
    const features = { x: core.x.indexSelect(0, indices(rows)), y: indices(y), labels, keys };
    return fittedCore(features, fitting, fitExamples);
  });
}
