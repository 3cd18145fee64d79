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

/**
 * What a classifier computes with: numbers alone, so that threads exchange it without a text. It never
 * changes: an edit makes another one.
 */
export type Core = LabeledFeatures & { fitted: Fitted };

/** Examples without their vectors: the numbers of their labels, and the keys of their texts. */
export type Rows = { y: readonly number[]; keys: readonly number[] };

/** How to fit, and what meta-training has learned of the encoder. */
export type Fitting = { options: FitOptions; map: HeadMap | undefined };

/** The core of examples with the vectors `[n, D]`. */
export function coreOf(
  vectors: Tensor,
  rows: Rows,
  labels: number,
  { options, map }: Fitting,
): Core {
  return torch.scope(() => {
    const { y, keys } = rows;
    const features = { x: normalize(vectors), y: indices(y), labels, keys: Uint32Array.from(keys) };
    return { ...features, fitted: fitExamples({ ...features, map }, options) };
  });
}

/** The core with more examples, of its labels or new ones. The kind of head stays. */
export function grown(
  core: Core,
  vectors: Tensor,
  rows: Rows,
  labels: number,
  { options, map }: Fitting,
): Core {
  return torch.scope(() => {
    const features = {
      x: torch.cat([core.x, normalize(vectors)]),
      y: torch.cat([core.y, indices(rows.y)]),
      labels,
      keys: joined(core.keys, rows.keys),
    };
    return { ...features, fitted: refitted(core, { ...features, map }, options) };
  });
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
  { options, map }: Fitting,
): Core {
  return torch.scope(() => {
    const keys = Uint32Array.from(rows, (row) => core.keys[row] ?? 0);
    const features = { x: core.x.indexSelect(0, indices(rows)), y: indices(y), labels, keys };
    return { ...features, fitted: fitExamples({ ...features, map }, options) };
  });
}
