import { outOfRange } from '../errors';
import { torch } from '../torch';
import { familiarityOf } from './calibration/familiarity';
import type { Core } from './core';
import { HEADS } from './heads';
import { classMean } from './heads/class-mean';
import type { HeadMap } from './heads/head-map';
import { heldOutScores, holdOut } from './heads/held-out';
import { probabilitiesOf } from './predict';
import { whole } from './vectors';

/** What a head that has not seen an example makes of it, by numbers of rows and labels. */
export type HeldOutRow = { row: number; label: number; probability: number; known: boolean };

/** What a classifier would say of one of its examples if it had not seen it. */
export type HeldOutAnswer = {
  text: string;
  label: string;
  /** The label that it gets; null where it would be unknown. */
  predicted: string | null;
  /** The probability of the most probable label, from 0 to 1. */
  probability: number;
};

/** The calibration rows, each by a head that has not seen it. Rows that are alone with their label are left out. */
export function heldOutRows(
  { fitted, tuned, x, ...examples }: Core,
  map: HeadMap | undefined,
): HeldOutRow[] {
  if (tuned !== undefined) {
    const expected = 'an encoder that has not been trained on the examples';
    throw outOfRange(expected, 'the classifier of heldOut', 'a fine-tuned one', 'heldOut');
  }
  if (HEADS[fitted.head].several) {
    const expected = 'a head that gives a text one label';
    throw outOfRange(expected, 'the classifier of heldOut', fitted.head, 'heldOut');
  }
  return torch.noGrad(() =>
    torch.scope(() => {
      const rows = [...examples.sample];
      const held = holdOut({ ...examples, x: whole(x), map }, rows);
      const scores = heldOutScores(HEADS[fitted.head].head, fitted.state, held);
      const means = heldOutScores(classMean, fitted.sums, held);
      const signals = { mean: means.amax([1]), nearest: fitted.nearest };
      const { familiarity } = fitted;
      const familiar = familiarityOf(signals, familiarity).ge(familiarity.threshold);
      const [most, best] = probabilitiesOf(fitted, scores).max(1);
      const [probabilities, labels] = [most.tolist() as number[], best.tolist() as bigint[]];
      const known = familiar.tolist() as boolean[];
      const counts = examples.y.bincount(null, examples.labels).tolist() as bigint[];
      const own = examples.y.tolist() as bigint[];
      return rows.flatMap((row, i) => {
        const alone = counts[Number(own[row])] === 1n;
        const [label, probability] = [Number(labels[i]), probabilities[i] ?? 0];
        return alone ? [] : [{ row, label, probability, known: known[i] === true }];
      });
    }),
  );
}
