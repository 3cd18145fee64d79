import { type Tensor, type Tree, torch } from '../torch';
import { type Familiarity, learnFamiliarity } from './calibration/familiarity';
import { sharpness } from './calibration/temperature';
import { candidates, HEADS, type HeadName } from './heads';
import { type ClassSums, classMean, grownSums, sumsOf } from './heads/class-mean';
import { indices } from './heads/features';
import type { Examples } from './heads/head';
import { heldOutScores } from './heads/held-out';
import { type Measured, requireMeasured } from './tuning/tuned';

/** Examples with what a classifier is calibrated on. */
export type LabeledFeatures = Examples & {
  /** The keys of their texts, which decide on the sample. */
  keys: Uint32Array;
  /** The rows to calibrate on, see `calibrationRows`. */
  sample: Uint32Array;
  /** What is known already, of an encoder that was trained on such examples. */
  measured?: Measured | undefined;
};

/** A fitted head and what held-out examples say about its scores. */
export type Fitted = {
  head: HeadName;
  /** The head's tensors. */
  state: Tree;
  /** Probabilities are softmax(sharpness · scores). */
  sharpness: number;
  familiarity: Familiarity;
  /**
   * The share of examples that a head gets right which has not seen them, from 0 to 1; null if no label
   * has two.
   */
  accuracy: number | null;
  /** The cosines `[m]` of the calibration rows with their nearest other examples. */
  nearest: Tensor;
  /** The sums of the examples of each label. */
  sums: ClassSums;
};

export type FitOptions = {
  /** Default: the best of several on held-out examples. */
  head: HeadName | 'auto';
  /** The share of texts of known labels that may be taken as unknown. */
  falseAlarms: number;
};

/** Fits a head that gives one label: the one named, or the one that is best on examples it has not seen. */
export function fitOneLabel(features: LabeledFeatures, options: FitOptions): Fitted {
  return torch.noGrad(() =>
    torch.scope(() => {
      const rows = [...features.sample];
      const nearest = nearestOthers(features.x, rows);
      const seen = { rows, nearest, sums: classMean.fit(features) };
      const fitHead = (name: HeadName): Judged =>
        calibrated(name, HEADS[name].head.fit(features), features, seen, options);
      if (options.head !== 'auto') return fitHead(options.head).fitted;
      const [first, ...others] = candidates(features);
      return others
        .map(fitHead)
        .reduce((best, next) => (better(next, best) ? next : best), fitHead(first)).fitted;
    }),
  );
}

/** The same kind of head for the examples of `before` and those that stand after them. */
export function refitOneLabel(
  before: LabeledFeatures & { fitted: Fitted },
  features: LabeledFeatures,
  options: FitOptions,
): Fitted {
  const { head: name, state } = before.fitted;
  const { add } = HEADS[name].head;
  if (add === undefined) return fitOneLabel(features, { ...options, head: name });
  return torch.noGrad(() =>
    torch.scope(() => {
      const from = before.x.size(0);
      const rest = (x: Tensor): Tensor => x.narrow(0, from, x.size(0) - from);
      const { labels, map } = features;
      const added = { x: rest(features.x), y: rest(features.y), labels, map };
      const rows = [...features.sample];
      const nearest = nearestAmongMore(before, features, rows);
      const sums = grownSums(before.fitted.sums, sumsOf(added));
      const seen = { rows, nearest, sums, near: before.fitted.sharpness };
      return calibrated(name, add(state, added), features, seen, options).fitted;
    }),
  );
}

/** The rows to calibrate on, the cosine of each with its nearest other example, and the labels' sums. */
type Sample = { rows: readonly number[]; nearest: Tensor; sums: ClassSums; near?: number };

/** A fitted head, and which held-out examples it got right, `[m]`; undefined where they are not at hand. */
type Judged = { fitted: Fitted; right: Tensor | undefined };

function calibrated(
  name: HeadName,
  state: Tree,
  features: LabeledFeatures,
  { rows, nearest, sums, near }: Sample,
  { falseAlarms }: FitOptions,
): Judged {
  const { measured } = features;
  if (measured !== undefined) {
    const { familiarity } = measured;
    const known = requireMeasured(name, measured);
    return {
      fitted: { head: name, state, ...known, familiarity, nearest, sums },
      right: undefined,
    };
  }
  const { head, sharpness: usual } = HEADS[name];
  const scores = heldOutScores(head, state, features, rows);
  const y = features.y.indexSelect(0, indices(rows));
  const kept = scores.gather(1, y.unsqueeze(1)).squeeze(1).isfinite().nonzero().squeeze(1);
  const known = scores.indexSelect(0, kept);
  const right = known.argmax(1).eq(y.indexSelect(0, kept));
  const means = heldOutScores(classMean, sums, features, rows).indexSelect(0, kept);
  const signals = { mean: means.amax([1]), nearest: nearest.indexSelect(0, kept) };
  const fitted = {
    head: name,
    state,
    sharpness: sharpness(scores, y, usual, near),
    familiarity: learnFamiliarity(signals, { foreign: foreignCosine(sums), falseAlarms }),
    accuracy: kept.size(0) === 0 ? null : Number(right.to('float64').mean().item()),
    nearest,
    sums,
  };
  return { fitted, right };
}

/** The cosine `[m]` of each example at `rows` with the nearest other one. */
function nearestOthers(x: Tensor, rows: readonly number[]): Tensor {
  const own = indices(rows);
  const cosines = x.indexSelect(0, own).matmul(x.mT);
  return cosines.scatter(1, own.unsqueeze(1), -Infinity).amax([1]);
}

/** As `nearestOthers`: rows known before meet the new examples alone. */
function nearestAmongMore(
  before: LabeledFeatures & { fitted: Fitted },
  { x }: LabeledFeatures,
  rows: readonly number[],
): Tensor {
  const from = before.x.size(0);
  const { nearest } = before.fitted;
  const places = new Map(Array.from(before.sample, (row, place) => [row, place]));
  // The place after the last one is for rows that were not known: nothing is near them yet.
  const known = torch.cat([nearest, nearest.newFull([1], -Infinity)]);
  const old = known.indexSelect(0, indices(rows.map((row) => places.get(row) ?? places.size)));
  const added = x.narrow(0, from, x.size(0) - from);
  const nearer = x.indexSelect(0, indices(rows)).matmul(added.mT).amax([1]).maximum(old);
  const fresh = [...rows.keys()].filter((i) => !places.has(rows[i] ?? -1));
  const ofFresh = nearestOthers(
    x,
    fresh.map((i) => rows[i] ?? 0),
  );
  return nearer.indexCopy(0, indices(fresh), ofFresh);
}

/** The mean cosine of two examples of different labels, from sums alone; 0 where there is one label. */
export function foreignCosine({ sums, counts }: ClassSums): number {
  const [all, same] = [counts.sum().square(), counts.square().sum()];
  const pairs = Number(all.sub(same).item());
  const products = sums.sum([0]).square().sum().sub(sums.square().sum());
  return pairs === 0 ? 0 : Number(products.item()) / pairs;
}

/**
 * True if the first head is right on more held-out examples, by more than chance may do: where n of them are
 * right by one head alone, the difference has a standard deviation of √n.
 */
export function better(one: Judged, other: Judged): boolean {
  if (one.right === undefined || other.right === undefined) {
    return (one.fitted.accuracy ?? 0) > (other.fitted.accuracy ?? 0);
  }
  const gains = one.right.to('float64').sub(other.right.to('float64'));
  const [gain, differing] = [gains.sum().item(), gains.abs().sum().item()].map(Number);
  return (gain ?? 0) > Math.sqrt(differing ?? 0);
}
