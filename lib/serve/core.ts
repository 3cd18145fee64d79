import { normalize } from '../meta/metric/normalize';
import type { ReadTexts } from '../text';
import { torch } from '../torch';
import { grownSample, withSample } from './calibration/sample';
import { fitExamples, refitted } from './fit-examples';
import type { FitOptions, Fitted, LabeledFeatures } from './fitted';
import { indices } from './heads/features';
import type { HeadMap } from './heads/head-map';
import type { Tuned } from './tuning/tuned';

/**
 * What a classifier computes with: numbers alone, so that threads exchange it without a text. It never
 * changes: an edit makes another one.
 */
export type Core = Omit<LabeledFeatures, 'measured'> & {
  /** For each example 1 if the encoder knows a token of it, else 0. */
  known: Uint8Array;
  fitted: Fitted;
  /** The classifier's own encoder, if it was fine-tuned. */
  tuned?: Tuned | undefined;
};

/** Examples without their labels' names and their texts. */
export type Rows = {
  /** `[n, D]`, and for each whether the encoder knows a token of it. */
  read: ReadTexts;
  /** The numbers of their labels. */
  y: readonly number[];
  /** The keys of their texts. */
  keys: readonly number[];
};

/** How to fit, and what meta-training has learned of the encoder, or fine-tuning made of it. */
export type Fitting = {
  options: FitOptions;
  map: HeadMap | undefined;
  tuned?: Tuned | undefined;
};

/** The core of examples. */
export function coreOf({ read, y, keys }: Rows, labels: number, fitting: Fitting): Core {
  return torch.scope(() => {
    const x = normalize(read.vectors);
    const features = { x, y: indices(y), labels, ...withSample(Uint32Array.from(keys)) };
    return {
      ...fittedCore(features, fitting, fitExamples),
      known: Uint8Array.from(read.known, Number),
    };
  });
}

/** The core with more examples, of its labels or new ones. The kind of head stays. */
export function grown(core: Core, { read, y, keys }: Rows, labels: number, fitting: Fitting): Core {
  return torch.scope(() => {
    const all = joined(core.keys, keys);
    const features = {
      x: torch.cat([core.x, normalize(read.vectors)]),
      y: torch.cat([core.y, indices(y)]),
      labels,
      keys: all,
      sample: grownSample(all, core.sample, core.keys.length),
    };
    const more = fittedCore(features, fitting, (all, options) => refitted(core, all, options));
    const known = new Uint8Array(joined(core.known, read.known.map(Number)));
    return { ...more, known };
  });
}

function fittedCore(
  features: LabeledFeatures,
  { options, map, tuned }: Fitting,
  fitted: (features: LabeledFeatures, options: FitOptions) => Fitted,
): Omit<Core, 'known'> {
  // A map knows the vectors of the pool's encoder.
  const learned = tuned === undefined ? { map } : { measured: tuned.measured };
  return { ...features, fitted: fitted({ ...features, ...learned }, options), tuned };
}

function joined(before: ArrayLike<number>, added: readonly number[]): Uint32Array {
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
    const known = Uint8Array.from(rows, (row) => core.known[row] ?? 0);
    const x = core.x.indexSelect(0, indices(rows));
    const features = { x, y: indices(y), labels, ...withSample(keys) };
    return { ...fittedCore(features, fitting, fitExamples), known };
  });
}
