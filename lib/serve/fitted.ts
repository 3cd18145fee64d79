import { type Tensor, type Tree, torch } from '../torch';
import { type Familiarity, learnFamiliarity } from './calibration/familiarity';
import { withSample } from './calibration/sample';
import { sharpness } from './calibration/temperature';
import { trialRows } from './calibration/trial-rows';
import { candidates, HEADS, type HeadName } from './heads';
import { type ClassSums, classMean, grownSums, sumsOf } from './heads/class-mean';
import { indices } from './heads/features';
import type { Examples, HeldOut } from './heads/head';
import { heldOutScores, holdOut, ownRows } from './heads/held-out';
import { type Measured, requireMeasured } from './tuning/tuned';
import { productsWith, rowsAt, type Vectors, whole } from './vectors';

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

/** How held-out examples are used. */
type Calibration = Pick<FitOptions, 'falseAlarms'>;

export type FitOptions = {
  /** Default: the best of several on held-out examples. */
  head: HeadName | 'auto';
  /** The share of texts of known labels that may be taken as unknown. */
  falseAlarms: number;
  /** Whether heads may make use of the names of labels. Default: false. */
  labelNames?: boolean | undefined;
};

/** Fits a head that gives one label: the one named, or the one that is best on examples it has not seen. */
export function fitOneLabel(features: LabeledFeatures, { head, ...options }: FitOptions): Fitted {
  return torch.noGrad(() =>
    torch.scope(() => {
      if (head !== 'auto') return fitHead(head, features, seenOf(features), options).fitted;
      const part = trialRows(features);
      if (part === undefined) return best(features, options);
      const chosen = torch.scope(() => best(someOf(features, part), options).head);
      return fitHead(chosen, features, seenOf(features), options).fitted;
    }),
  );
}

/** The first of the heads that is better on held-out examples than those before it beyond doubt. */
function best(features: LabeledFeatures, options: Calibration): Fitted {
  const seen = seenOf(features);
  const [first, ...others] = candidates(features);
  const tried = (name: HeadName): Tried => fitHead(name, features, seen, options);
  const bestOf = (one: Tried, next: Tried): Tried => (better(next, one) ? next : one);
  return others.map(tried).reduce(bestOf, tried(first)).fitted;
}

function fitHead(
  name: HeadName,
  features: LabeledFeatures,
  seen: Seen,
  options: Calibration,
): Tried {
  features.check?.();
  return calibrated(name, HEADS[name].head.fit(features), seen, options);
}

/** What all heads are calibrated on. */
function seenOf(features: LabeledFeatures): Seen {
  const sums = sumsOf(features);
  const held = holdOut(features, [...features.sample], sums);
  const nearest = nearestOthers([features.x], held.own.x, held.at);
  return { held, nearest, sums, measured: features.measured };
}

/** Some of the examples, with a sample of their own. */
function someOf(features: LabeledFeatures, rows: readonly number[]): LabeledFeatures {
  const at = indices(rows);
  return {
    ...features,
    x: features.x.indexSelect(0, at),
    y: features.y.indexSelect(0, at),
    ...withSample(Uint32Array.from(rows, (row) => features.keys[row] ?? 0)),
  };
}

/** Examples, of which the last ones were added. */
export type GrownFeatures = Omit<LabeledFeatures, 'x'> & { x: Vectors; added: Examples };

/** What was made of the examples before some were added. */
export type Before = { fitted: Fitted; sample: Uint32Array };

/** The same kind of head for more examples. */
export function refitOneLabel(
  { fitted: before, sample }: Before,
  features: GrownFeatures,
  options: FitOptions,
): Fitted {
  const { head: name, state, sums, sharpness: near } = before;
  const { x, added, measured, ...examples } = features;
  const { add } = HEADS[name].head;
  return torch.noGrad(() =>
    torch.scope(() => {
      if (add === undefined) {
        return fitOneLabel({ ...examples, measured, x: whole(x) }, { ...options, head: name });
      }
      const rows = [...features.sample];
      const at = indices(rows);
      const more = grownSums(sums, added);
      const own = ownRows(rowsAt(x, rows), examples.y.indexSelect(0, at), more.sums);
      const held = { ...examples, rows, at, own, all: () => whole(x) };
      const nearest = nearestAmongMore({ nearest: before.nearest, sample }, features, held);
      const seen = { held, nearest, sums: more, near, measured };
      return calibrated(name, add(state, added), seen, options).fitted;
    }),
  );
}

/** Held-out examples, the cosine of each with its nearest other one, and the labels' sums. */
type Seen = {
  held: HeldOut;
  nearest: Tensor;
  sums: ClassSums;
  near?: number;
  measured?: Measured | undefined;
};

/** A fitted head, and which held-out examples it got right, `[m]`; undefined where they are not at hand. */
type Tried = { fitted: Fitted; right: Tensor | undefined };

function calibrated(
  name: HeadName,
  state: Tree,
  { held, nearest, sums, near, measured }: Seen,
  { falseAlarms }: Calibration,
): Tried {
  if (measured !== undefined) {
    const { familiarity } = measured;
    const known = requireMeasured(name, measured);
    return {
      fitted: { head: name, state, ...known, familiarity, nearest, sums },
      right: undefined,
    };
  }
  const { head, sharpness: usual } = HEADS[name];
  const { y } = held.own;
  const scores = heldOutScores(head, state, held);
  const kept = scores.gather(1, y.unsqueeze(1)).squeeze(1).isfinite().nonzero().squeeze(1);
  const right = scores.argmax(1).eq(y).indexSelect(0, kept);
  const signals = torch.scope(() => {
    const means = heldOutScores(classMean, sums, held).amax([1]).indexSelect(0, kept);
    return { mean: means, nearest: nearest.indexSelect(0, kept) };
  });
  const fitted = {
    head: name,
    state,
    sharpness: sharpness(scores, y, usual, near),
    familiarity: learnFamiliarity(signals, {
      foreign: foreignCosine(sums),
      falseAlarms,
      // Every label counts the same, however many examples it has.
      weights: sums.counts.take(y.indexSelect(0, kept)).reciprocal(),
      unseen: Number(sums.counts.le(1).to('float64').mean().item()),
    }),
    accuracy: kept.size(0) === 0 ? null : Number(right.to('float64').mean().item()),
    nearest,
    sums,
  };
  return { fitted, right };
}

/** The cosine `[m]` of each held-out example with the nearest other one. */
function nearestOthers(x: Vectors, own: Tensor, at: Tensor): Tensor {
  return productsWith(own, x).scatter(1, at.unsqueeze(1), -Infinity).amax([1]);
}

/** As `nearestOthers`: rows known before meet the new examples alone. */
function nearestAmongMore(
  { nearest, sample }: { nearest: Tensor; sample: Uint32Array },
  { x, added }: GrownFeatures,
  { rows, own, at }: HeldOut,
): Tensor {
  const nearer = own.x.matmul(added.x.mT).amax([1]);
  if (rows.length === sample.length && rows.every((row, i) => row === sample[i])) {
    return nearer.maximum(nearest);
  }
  const places = new Map(Array.from(sample, (row, place) => [row, place]));
  // The place after the last one is for rows that were not known: nothing is near them yet.
  const known = torch.cat([nearest, nearest.newFull([1], -Infinity)]);
  const old = known.indexSelect(0, indices(rows.map((row) => places.get(row) ?? places.size)));
  const all = nearer.maximum(old);
  const fresh = [...rows.keys()].filter((i) => !places.has(rows[i] ?? -1));
  if (fresh.length === 0) return all;
  const where = indices(fresh);
  const ofFresh = nearestOthers(x, own.x.indexSelect(0, where), at.indexSelect(0, where));
  return all.indexCopy(0, where, ofFresh);
}

/** The mean cosine of two examples of different labels, from sums alone; 0 where there is one label. */
export function foreignCosine({ sums, counts }: ClassSums): number {
  const [all, same] = [counts.sum().square(), counts.square().sum()];
  const pairs = Number(all.sub(same).item());
  const [total, each] = [sums.sum([0]), sums.flatten()];
  const products = total.dot(total).sub(each.dot(each));
  return pairs === 0 ? 0 : Number(products.item()) / pairs;
}

/** Standard deviations that make a difference. */
const DOUBT = 2;

/**
 * True if the first head is right on more held-out examples beyond doubt: where n of them are right by one head alone,
 * chance makes a difference of √n, its standard deviation.
 */
export function better(one: Tried, other: Tried): boolean {
  if (one.right === undefined || other.right === undefined) {
    return (one.fitted.accuracy ?? 0) > (other.fitted.accuracy ?? 0);
  }
  const gains = one.right.to('float64').sub(other.right.to('float64'));
  const [gain, differing] = [gains.sum().item(), gains.abs().sum().item()].map(Number);
  return (gain ?? 0) > DOUBT * Math.sqrt(differing ?? 0);
}
