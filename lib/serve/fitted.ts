import { type Tensor, type Tree, torch } from '../torch';
import { type Familiarity, learnFamiliarity } from './calibration/familiarity';
import { calibrationRows } from './calibration/sample';
import { sharpness } from './calibration/temperature';
import { CANDIDATES, HEADS, type HeadName } from './heads';
import type { Examples } from './heads/head';
import { heldOutScores, indices } from './heads/held-out';

/** The examples that a classifier has learned from, with their texts. */
export type LabeledFeatures = Examples & { texts: readonly string[] };

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
};

export type FitOptions = {
  /** Default: the best of several on held-out examples. */
  head: HeadName | 'auto';
  /** The share of texts of known labels that may be taken as unknown. */
  falseAlarms: number;
};

/** Fits the named head, or the one that is best on examples it has not seen. */
export function fitExamples(features: LabeledFeatures, options: FitOptions): Fitted {
  return torch.noGrad(() =>
    torch.scope(() => {
      const { head } = options;
      if (head !== 'auto') return fitHead(head, features, options);
      const [first, ...others] = CANDIDATES;
      return others
        .map((name) => fitHead(name, features, options))
        .reduce(
          (best, next) => (better(next, best) ? next : best),
          fitHead(first, features, options),
        );
    }),
  );
}

/** The same head with its state for more examples, and all that follows from them. */
export function refitted(
  before: Fitted,
  features: LabeledFeatures,
  added: number,
  options: FitOptions,
): Fitted {
  const { add } = HEADS[before.head].head;
  if (add === undefined) return fitExamples(features, { ...options, head: before.head });
  return torch.noGrad(() =>
    torch.scope(() => {
      const from = features.x.size(0) - added;
      const rows = { x: features.x.narrow(0, from, added), y: features.y.narrow(0, from, added) };
      return calibrated(before.head, add(before.state, rows), features, options);
    }),
  );
}

function fitHead(name: HeadName, features: LabeledFeatures, options: FitOptions): Fitted {
  return calibrated(name, HEADS[name].head.fit(features), features, options);
}

function calibrated(
  name: HeadName,
  state: Tree,
  features: LabeledFeatures,
  { falseAlarms }: FitOptions,
): Fitted {
  const { head, sharpness: usual } = HEADS[name];
  const rows = calibrationRows(features.texts);
  const scores = heldOutScores(head, state, features, rows);
  const y = features.y.indexSelect(0, indices(rows));
  const own = scores.gather(1, y.unsqueeze(1)).squeeze(1);
  const kept = own.isfinite().nonzero().squeeze(1);
  const known = scores.indexSelect(0, kept);
  const best = known.argmax(1).eq(y.indexSelect(0, kept));
  const signals = {
    score: known.amax([1]),
    nearest: nearestOthers(features.x, indices(rows).indexSelect(0, kept)),
  };
  return {
    head: name,
    state,
    sharpness: sharpness(scores, y, usual),
    familiarity: learnFamiliarity(signals, { foreign: foreignCosine(features), falseAlarms }),
    accuracy: kept.size(0) === 0 ? null : Number(best.to('float64').mean().item()),
  };
}

/** The cosine `[m]` of each example at `rows` with the nearest other one. */
function nearestOthers(x: Tensor, rows: Tensor): Tensor {
  if (rows.size(0) === 0) return torch.zeros([0]);
  const cosines = x.indexSelect(0, rows).matmul(x.mT);
  return cosines.scatter(1, rows.unsqueeze(1), -Infinity).amax([1]);
}

/** The mean cosine of two examples of different labels, from sums alone; 0 where there is one label. */
function foreignCosine({ x, y, labels }: Examples): number {
  const sums = torch.zeros([labels, x.size(1)]).indexAdd(0, y, x);
  const counts = torch.zeros([labels]).indexAdd(0, y, torch.ones([x.size(0)]));
  const pairs = x.size(0) ** 2 - Number(counts.square().sum().item());
  const products = sums.sum([0]).square().sum().sub(sums.square().sum());
  return pairs === 0 ? 0 : Number(products.item()) / pairs;
}

/** True if the first head is right on more held-out examples. */
function better(one: Fitted, other: Fitted): boolean {
  return (one.accuracy ?? 0) > (other.accuracy ?? 0);
}
