import { torch } from '../torch';
import type { Core } from './core';
import { HEADS } from './heads';
import { indices } from './heads/features';
import type { HeadMap } from './heads/head-map';
import { heldOutScores, holdOut } from './heads/held-out';
import { distinctTexts } from './heads/multi-label';
import { probabilitiesOf } from './predict';
import { whole } from './vectors';

/** A row that a head which has not seen it gives another label, by their numbers. */
export type Suspicion = { row: number; label: number; probability: number };

/** An example that may be mislabeled. */
export type Suspect = {
  text: string;
  label: string;
  /** The label that it gets from a head which has not seen it. */
  likely: string;
  /** The probability of that, from 0 to 1. */
  probability: number;
};

/**
 * The calibration rows that are more probably of a label which their text does not have than not, and not of their
 * own, the surest first.
 */
export function suspectsOf({ fitted, ...core }: Core, map: HeadMap | undefined): Suspicion[] {
  return torch.noGrad(() =>
    torch.scope(() => {
      const examples = { ...core, x: whole(core.x), map };
      const rows = [...examples.sample];
      const held = holdOut(examples, rows);
      const scores = heldOutScores(HEADS[fitted.head].head, fitted.state, held);
      const all = probabilitiesOf(fitted, scores);
      const { targets, textOf } = distinctTexts(examples);
      const at = indices(rows);
      const has = targets.indexSelect(0, textOf.indexSelect(0, at)).to('bool');
      const [most, best] = all.maskedFill(has, -1).max(1);
      const own = all.gather(1, examples.y.indexSelect(0, at).unsqueeze(1)).squeeze(1);
      const [probabilities, labels] = [most.tolist() as number[], best.tolist() as bigint[]];
      return (own.lt(0.5).logicalAnd(most.gt(0.5)).tolist() as boolean[])
        .flatMap((isSuspect, i) => (isSuspect ? [i] : []))
        .map((i) => ({
          row: rows[i] ?? 0,
          label: Number(labels[i]),
          probability: probabilities[i] ?? 0,
        }))
        .sort((a, b) => b.probability - a.probability);
    }),
  );
}
