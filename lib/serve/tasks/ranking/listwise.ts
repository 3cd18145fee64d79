/**
 * Zhe Cao, Tao Qin, Tie-Yan Liu, Ming-Feng Tsai, Hang Li: Learning to Rank: From Pairwise Approach to Listwise
 * Approach, ICML 2007
 *
 *   min over w of −Σ over lists, rows i of tᵢ log softmax(X w)ᵢ + ½ λ ‖w‖²
 *
 * with standardised features X. The problem is convex.
 */
import { greatest } from '../../../extremes';
import { type Tensor, torch } from '../../../torch';
import { minimize, type Objective } from '../../heads/minimize';

/** What there is to choose from: a row of features for each, and how much each should be chosen, 1 in all. */
export type RankedList = {
  readonly rows: readonly (readonly number[])[];
  readonly target: readonly number[];
};

/** Scores as a linear function of features. */
export type Ranking = {
  readonly means: readonly number[];
  readonly weights: readonly number[];
};

const PENALTY = 1;
const LIMITS = { tolerance: 1e-3, steps: 100 };

/**
 * The ranking that lists teach.
 *
 * @param lists at least one, all with the same features
 * @param shares for each feature how much it may count: what is one thing in many columns, such as a vector, gets
 *   as much as what is one in all
 */
export function fitRanking(lists: readonly RankedList[], shares: readonly number[]): Ranking {
  const all = lists.flatMap(({ rows }) => rows);
  const scales = shares.map((share, column) =>
    scaleOf(
      all.map((row) => row[column] ?? 0),
      share,
    ),
  );
  const standard = lists.map(({ rows, target }) => ({
    target,
    rows: rows.map((row) => row.map((value, i) => standardised(value, scales[i]))),
  }));
  const found = torch.scope(() => {
    const { x, target, missing } = padded(standard, shares.length);
    const objective: Objective = (point) =>
      torch.scope(() => {
        const log = x.matmul(point).squeeze(2).maskedFill(missing, -Infinity).logSoftmax(1);
        const error = log.exp().sub(target).unsqueeze(2);
        const loss = log.maskedFill(missing, 0).mul(target).sum().neg();
        const length = point
          .square()
          .sum()
          .mul(PENALTY / 2);
        return {
          value: Number(loss.add(length).item()),
          gradient: x.mul(error).sum([0, 1]).unsqueeze(1).add(point, { alpha: PENALTY }),
        };
      });
    const start = torch.zeros([shares.length, 1], { dtype: 'float64' });
    return (minimize(objective, start, LIMITS).tolist() as [number][]).map(([weight]) => weight);
  });
  return {
    means: scales.map(({ mean }) => mean),
    weights: found.map((weight, i) => weight * (scales[i]?.factor ?? 0)),
  };
}

/** The scores of rows, the greater the better. */
export function scoresOf({ means, weights }: Ranking, rows: RankedList['rows']): number[] {
  return rows.map((row) =>
    row.reduce((sum, value, i) => sum + (value - (means[i] ?? 0)) * (weights[i] ?? 0), 0),
  );
}

/** The places of the greatest scores, the greatest first, of equals the first. */
export function bestPlaces(scores: readonly number[], count: number): number[] {
  return [...scores.keys()]
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
    .slice(0, count);
}

type Scale = { readonly mean: number; readonly factor: number };

function scaleOf(column: readonly number[], share: number): Scale {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const deviation = Math.sqrt(
    column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length,
  );
  // The mean of equal numbers may differ from them by rounding.
  const varies = column.some((value) => value !== column[0]);
  return { mean, factor: varies ? share / deviation : 0 };
}

const standardised = (value: number, scale: Scale | undefined): number =>
  scale === undefined ? 0 : (value - scale.mean) * scale.factor;

/** Lists of different lengths side by side: features `[Q, M, F]`, targets and what only fills up `[Q, M]`. */
function padded(
  lists: readonly RankedList[],
  features: number,
): { x: Tensor; target: Tensor; missing: Tensor } {
  const most = greatest(lists.map(({ rows }) => rows.length));
  const shape = [lists.length, most] as const;
  const [x, target] = [
    new Float64Array(lists.length * most * features),
    new Float64Array(lists.length * most),
  ];
  const missing = new Float64Array(lists.length * most).fill(1);
  for (const [q, list] of lists.entries()) {
    for (const [i, row] of list.rows.entries()) {
      const at = q * most + i;
      x.set(row, at * features);
      target[at] = list.target[i] ?? 0;
      missing[at] = 0;
    }
  }
  const tensorOf = (data: Float64Array, sizes: readonly number[]): Tensor =>
    torch.tensor(data, { dtype: 'float64', shape: [...sizes] });
  return {
    x: tensorOf(x, [...shape, features]),
    target: tensorOf(target, shape),
    missing: tensorOf(missing, shape).ne(0),
  };
}
