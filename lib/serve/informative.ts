import { greatest } from '../extremes';
import { normalize } from '../meta/metric/normalize';
import { type Tensor, torch } from '../torch';
import { HEADS } from './heads';
import { type Scorer, score } from './predict';
import { productsWith, type Vectors } from './vectors';

/** A text by its number, and how unsure the classifier is of it, from 0 to 1. */
export type Doubt = { text: number; doubt: number };

/**
 * The texts whose label would teach most: those that the classifier is unsure of, and that are unlike each other
 * and unlike the examples. The first is taken by doubt × novelty, and each next one with those before as examples:
 *
 *   doubt = 1 − (p₁ − p₂), 1 for unknown texts, and the greatest 1 − |2 p − 1| of labels that do not exclude each other;
 *   novelty = 1 − the greatest cosine with an example or a text taken
 *
 * Doubt by the margin of the two best labels: Tobias Scheffer, Christian Decomain, Stefan Wrobel: Active Hidden
 * Markov Models for Information Extraction, 2001. Novelty by the farthest first: Ozan Sener, Silvio Savarese:
 * Active Learning for Convolutional Neural Networks: A Core-Set Approach, ICLR 2018.
 */
export function informative(scorer: Scorer, vectors: Tensor, count: number): Doubt[] {
  return torch.noGrad(() =>
    torch.scope(() => {
      const n = vectors.size(0);
      const doubts = doubtsOf(scorer, vectors);
      const x = normalize(vectors);
      const nearest = (others: Vectors): number[] =>
        productsWith(x, others).amax([1]).to('float64').tolist() as number[];
      let cosines = nearest(scorer.x);
      const taken = new Map<number, Doubt>();
      while (taken.size < Math.min(count, n)) {
        const next = best(n, (i) => {
          const novelty = Math.max(0, 1 - (cosines[i] ?? 0));
          return taken.has(i) ? -1 : (doubts[i] ?? 0) * novelty;
        });
        taken.set(next, { text: next, doubt: doubts[next] ?? 0 });
        const own = torch.scope(() => nearest([x.narrow(0, next, 1)]));
        cosines = cosines.map((cosine, i) => Math.max(cosine, own[i] ?? 0));
      }
      return [...taken.values()];
    }),
  );
}

function doubtsOf(scorer: Scorer, vectors: Tensor): number[] {
  const { probabilities, familiarity } = score(scorer, vectors);
  const labels = probabilities.length / Math.max(familiarity.length, 1);
  return Array.from(familiarity, (known, i) => {
    if (known < 0) return 1;
    const own = probabilities.slice(i * labels, (i + 1) * labels).sort();
    // Of labels that do not exclude each other, the one nearest to a half.
    if (HEADS[scorer.fitted.head].several) return greatest(own.map((p) => 1 - Math.abs(2 * p - 1)));
    return 1 - ((own.at(-1) ?? 0) - (own.at(-2) ?? 0));
  });
}

function best(n: number, worth: (i: number) => number): number {
  let found = 0;
  for (let i = 1; i < n; i++) if (worth(i) > worth(found)) found = i;
  return found;
}
