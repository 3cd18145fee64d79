import { torch } from '../torch';
import type { Core } from './core';
import { HEADS } from './heads';
import { heldOutScores } from './heads/held-out';

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

/** The calibration rows whose held-out label is another and more probable than not, the surest first. */
export function suspectsOf({ fitted, ...examples }: Core): Suspicion[] {
  return torch.noGrad(() =>
    torch.scope(() => {
      const rows = [...examples.sample];
      const scores = heldOutScores(HEADS[fitted.head].head, fitted.state, examples, rows);
      const [most, best] = scores.to('float64').mul(fitted.sharpness).softmax(1).max(1);
      const [probabilities, labels] = [most.tolist() as number[], best.tolist() as bigint[]];
      const own = examples.y.tolist() as bigint[];
      return rows
        .map((row, i) => ({ row, label: Number(labels[i]), probability: probabilities[i] ?? 0 }))
        .filter(({ row, label, probability }) => Number(own[row]) !== label && probability > 0.5)
        .sort((a, b) => b.probability - a.probability);
    }),
  );
}
