import { normalize } from '../meta/metric/normalize';
import type { ReadTexts } from '../text';
import { type Tensor, torch } from '../torch';
import { grownSample, withSample } from './calibration/sample';
import { fitExamples, refitted } from './fit-examples';
import type { FitOptions, Fitted, LabeledFeatures } from './fitted';
import { indices } from './heads/features';
import type { HeadMap } from './heads/head-map';
import type { Tuned } from './tuning/tuned';
import { rowsAt, type Vectors, withRows } from './vectors';

/**
 * What a classifier computes with: numbers alone, so that threads exchange it without a text. It never
 * changes: an edit makes another one.
 */
export type Core = Omit<LabeledFeatures, 'x' | 'measured' | 'map'> & {
  x: Vectors;
  /** For each example 1 if the encoder knows a token of it, else 0. */
  known: Uint8Array;
  fitted: Fitted;
  /** The classifier's own encoder, if it was fine-tuned. */
  tuned?: Tuned | undefined;
};

/** Examples as numbers, without texts. */
export type Rows = {
  /** `[n, D]`, and for each whether the encoder knows a token of it. */
  read: ReadTexts;
  /** The numbers of their labels. */
  y: readonly number[];
  /** The keys of their texts. */
  keys: readonly number[];
  /** The vectors of the names of labels that are new, `[N, D]`; undefined where no map makes anything of them. */
  names?: Tensor | undefined;
};

/** How to fit, and what meta-training has learned of the encoder, or fine-tuning made of it. */
export type Fitting = {
  options: FitOptions;
  /** Undefined where the encoder has none, or was fine-tuned. */
  map: HeadMap | undefined;
  tuned?: Tuned | undefined;
  /** Throws once the fit is given up. */
  check?: (() => void) | undefined;
};

/** The core of examples. */
export function coreOf({ read, y, keys, names }: Rows, labels: number, fitting: Fitting): Core {
  return torch.scope(() => {
    const x = normalize(read.vectors);
    const known = Uint8Array.from(read.known, Number);
    const sampled = withSample(Uint32Array.from(keys));
    return fittedCore({ x, y: indices(y), labels, names, ...sampled }, known, fitting);
  });
}

/** The core with more examples, of its labels or new ones. The kind of head stays. */
export function grown(core: Core, rows: Rows, labels: number, fitting: Fitting): Core {
  const { read, y, keys } = rows;
  return torch.scope(() => {
    const names = core.names && rows.names && torch.cat([core.names, rows.names]);
    const learned = learnedOf(fitting);
    const added = { x: normalize(read.vectors), y: indices(y), labels, names, ...learned };
    const all = joined(core.keys, keys);
    const examples = {
      x: withRows(core.x, added.x),
      y: torch.cat([core.y, added.y]),
      labels,
      names,
      keys: all,
      sample: grownSample(all, core.sample, core.keys.length),
    };
    const fitted = refitted(core, { ...examples, ...learned, added }, fitting.options);
    const known = new Uint8Array(joined(core.known, read.known.map(Number)));
    return { ...examples, known, fitted, tuned: fitting.tuned };
  });
}

/** What is known beside the examples. */
const learnedOf = ({ map, tuned, check }: Fitting) => ({ map, measured: tuned?.measured, check });

function fittedCore(examples: LabeledFeatures, known: Uint8Array, fitting: Fitting): Core {
  const fitted = fitExamples({ ...examples, ...learnedOf(fitting) }, fitting.options);
  return { ...examples, x: [examples.x], known, fitted, tuned: fitting.tuned };
}

function joined(before: ArrayLike<number>, added: readonly number[]): Uint32Array {
  const all = new Uint32Array(before.length + added.length);
  all.set(before);
  all.set(added, before.length);
  return all;
}

/** The examples of a core that stay, and the numbers that their labels get. */
export type Kept = {
  rows: readonly number[];
  y: readonly number[];
  labels: number;
  /** The names of these labels. Default: as they are. */
  names?: Tensor | undefined;
};

/** The core of some of its examples, fitted anew. */
export function narrowed(core: Core, kept: Kept, fitting: Fitting): Core {
  const { rows, y, labels } = kept;
  return torch.scope(() => {
    const keys = Uint32Array.from(rows, (row) => core.keys[row] ?? 0);
    const known = Uint8Array.from(rows, (row) => core.known[row] ?? 0);
    const x = rowsAt(core.x, rows);
    const names = kept.names ?? keptNames(core, kept);
    return fittedCore({ x, y: indices(y), labels, names, ...withSample(keys) }, known, fitting);
  });
}

/** The names of labels under the numbers that they get. */
function keptNames(core: Core, { rows, y, labels }: Kept): Tensor | undefined {
  if (core.names === undefined) return undefined;
  const before = (core.y.tolist() as bigint[]).map(Number);
  const numbers = new Array<number>(labels).fill(0);
  for (const [i, row] of rows.entries()) numbers[y[i] ?? 0] = before[row] ?? 0;
  return core.names.indexSelect(0, indices(numbers));
}
