import { normalize } from '../meta/metric/normalize';
import type { ReadTexts } from '../text';
import { torch } from '../torch';
import {
  type FitOptions,
  type Fitted,
  fitExamples,
  type LabeledFeatures,
  refitted,
} from './fitted';
import { indices } from './heads/features';
import type { HeadMap } from './heads/head-map';

/**
 * What a classifier computes with: numbers alone, so that threads exchange it without a text. It never
 * changes: an edit makes another one.
 */
export type Core = LabeledFeatures & {
  /** For each example 1 if the encoder knows a token of it, else 0. */
  known: Uint8Array;
  fitted: Fitted;
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

/** How to fit, and what meta-training has learned of the encoder. */
export type Fitting = { options: FitOptions; map: HeadMap | undefined };

/** The core of examples. */
export function coreOf({ read, y, keys }: Rows, labels: number, { options, map }: Fitting): Core {
  return torch.scope(() => {
    const x = normalize(read.vectors);
    const features = { x, y: indices(y), labels, keys: Uint32Array.from(keys) };
    const known = Uint8Array.from(read.known, Number);
    return { ...features, known, fitted: fitExamples({ ...features, map }, options) };
  });
}

/** The core with more examples, of its labels or new ones. The kind of head stays. */
export function grown(
  core: Core,
  { read, y, keys }: Rows,
  labels: number,
  { options, map }: Fitting,
): Core {
  return torch.scope(() => {
    const features = {
      x: torch.cat([core.x, normalize(read.vectors)]),
      y: torch.cat([core.y, indices(y)]),
      labels,
      keys: Uint32Array.from([...core.keys, ...keys]),
    };
    const known = Uint8Array.from([...core.known, ...read.known.map(Number)]);
    return { ...features, known, fitted: refitted(core, { ...features, map }, options) };
  });
}

/** The core of some of its examples, whose labels get the numbers `y`, fitted anew. */
export function narrowed(
  core: Core,
  rows: readonly number[],
  y: readonly number[],
  labels: number,
  { options, map }: Fitting,
): Core {
  return torch.scope(() => {
    const keys = Uint32Array.from(rows, (row) => core.keys[row] ?? 0);
    const known = Uint8Array.from(rows, (row) => core.known[row] ?? 0);
    const features = { x: core.x.indexSelect(0, indices(rows)), y: indices(y), labels, keys };
    return { ...features, known, fitted: fitExamples({ ...features, map }, options) };
  });
}
