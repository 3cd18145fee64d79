import { type Tensor, torch } from '../../../torch';

/** How many neighbours decide, and how much a nearer one counts more. */
export type Vote = {
  /** k */
  neighbors: number;
  /** β */
  sharpness: number;
};

const NEIGHBORS = [1, 3, 5, 10, 20];
const SHARPNESS = [5, 10, 20, 40];

/**
 * The shares of neighbours in a decision, which sum to 1:
 *
 *   wᵢ = exp(β cos(x, xᵢ)) / Σ over the k nearest of exp(β cos(x, xⱼ))
 *
 * @param similarities the cosines with the neighbours, the nearest first
 */
export function sharesOf(
  similarities: readonly number[],
  { neighbors, sharpness }: Vote,
): number[] {
  const used = similarities.slice(0, neighbors);
  const [most = 0] = used;
  const weights = used.map((one) => Math.exp(sharpness * (one - most)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** The cosines of stored instances with their nearest others, the nearest first, and which these are. */
export type Neighborhood = readonly { similarities: number[]; places: number[] }[];

/** The neighbourhoods of rows `[q, D]` among `[n, D]`, both of length 1; `apart`: q = n, and no row is its own neighbour. */
export function neighborhoods(queries: Tensor, x: Tensor, apart = false): Neighborhood {
  return torch.scope(() => {
    const cosines = queries.matmul(x.mT);
    const seen = apart ? cosines.sub(torch.eye(x.size(0)).mul(4)) : cosines;
    const count = Math.min(Math.max(...NEIGHBORS), x.size(0) - (apart ? 1 : 0));
    const [similarities, places] = seen.topk(count, 1);
    const rows = places.tolist() as bigint[][];
    return (similarities.tolist() as number[][]).map((own, i) => ({
      similarities: own,
      places: (rows[i] ?? []).map(Number),
    }));
  });
}

/**
 * The vote that is best for instances that are left out one by one: the least mean of Brier's score Σ (p − [label])²,
 * which asks for probabilities that are right. Glenn Brier: Verification of Forecasts Expressed in Terms of
 * Probability, 1950. An instance that is the only one of its label says nothing.
 */
export function bestVote(around: Neighborhood, labels: readonly string[]): Vote {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const counted = [...labels.keys()].filter((i) => (counts.get(labels[i] ?? '') ?? 0) > 1);
  const votes = NEIGHBORS.flatMap((neighbors) =>
    (neighbors === 1 ? SHARPNESS.slice(0, 1) : SHARPNESS).map((sharpness) => ({
      neighbors,
      sharpness,
    })),
  );
  const scored = votes.map((vote) => {
    const sum = counted.reduce((total, i) => total + brier(around[i], i, labels, vote), 0);
    return { vote, score: sum };
  });
  const [first, ...others] = scored;
  if (first === undefined) throw new RangeError('no votes');
  return others.reduce((best, next) => (next.score < best.score - 1e-9 ? next : best), first).vote;
}

function brier(
  around: Neighborhood[number] | undefined,
  own: number,
  labels: readonly string[],
  vote: Vote,
): number {
  const byLabel = probabilitiesOf(around, labels, vote);
  const right = byLabel.get(labels[own] ?? '') ?? 0;
  let squares = 0;
  for (const p of byLabel.values()) squares += p * p;
  return 1 - 2 * right + squares;
}

/** The share of each label among the neighbours. */
export function probabilitiesOf(
  around: Neighborhood[number] | undefined,
  labels: readonly string[],
  vote: Vote,
): Map<string, number> {
  const byLabel = new Map<string, number>();
  for (const [i, share] of sharesOf(around?.similarities ?? [], vote).entries()) {
    const label = labels[around?.places[i] ?? 0] ?? '';
    byLabel.set(label, (byLabel.get(label) ?? 0) + share);
  }
  return byLabel;
}
