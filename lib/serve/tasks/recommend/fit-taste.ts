import { type Tensor, torch } from '../../../torch';
import { indices } from '../../heads/features';
import { minimize, type Objective } from '../../heads/minimize';

/** What many users' clicks say about which items go together. */
export type Taste = {
  /** W `[D, D]`: how the vectors of clicked items speak for another. */
  readonly weights: Tensor;
  /** `[m, 1]`: the logarithm of 1 and the clicks on each item, times what it counts. */
  readonly popularity: Tensor;
};

/** The clicks of a user that are asked for, each by its others. */
const QUESTIONS = 3;
/** What similarity counts before anything is learned: cosines of related texts differ by tenths. */
const SHARPNESS = 10;
const PENALTIES = [0.3, 3, 30];
/** With fewer users there is no one to judge by, and the strongest penalty is taken. */
const LEAST_USERS = 10;
const HELD_OUT = 5;
const LIMITS = { tolerance: 1e-2, steps: 40 };

/**
 * Each user is a task: from some clicks, guess another. The score of an item is
 *
 *   score(u, i) = x̄ᵤ W xᵢ + b · log(1 + clicksᵢ),   W = s·I + A
 *
 * with x̄ᵤ the mean of the vectors of the user's clicks, and W, b minimise the logarithmic loss of users' clicks among
 * all items, each asked for by the user's other clicks and without the user in the counts, with b ≥ 0. The problem is
 * convex; ½λ‖A‖² + ½(s − 10)² is added, and λ is the one that does best for users that are left out.
 *
 * @param x `[m, D]`, the items' vectors, of length 1
 * @param users the numbers of the items that each user has clicked on, without repetitions
 */
export function fitTaste(x: Tensor, users: readonly (readonly number[])[]): Taste {
  return torch.scope(() => {
    const counts = new Float64Array(x.size(0));
    for (const item of users.flat()) counts[item] = (counts[item] ?? 0) + 1;
    const asked = users.filter((clicks) => clicks.length > 1);
    const logs = torch.tensor(Float32Array.from(counts, Math.log1p)).unsqueeze(1);
    if (asked.length === 0) {
      return { weights: torch.eye(x.size(1)).mul(SHARPNESS), popularity: logs };
    }
    const penalty = penaltyOf(x, asked, counts);
    const point = solve(questionsOf(x, asked, counts), x, penalty);
    const { weights, coefficient } = unpacked(point, x.size(1));
    return { weights, popularity: logs.mul(coefficient) };
  });
}

/** Users' clicks to be guessed. */
type Questions = {
  /** `[q, D]`: the means of the vectors of the user's other clicks. */
  readonly means: Tensor;
  /** `[q, m]`: 0, or −∞ for items that the user is known to have clicked on. */
  readonly known: Tensor;
  /** `[q, m]`: the logarithms of the other users' clicks. */
  readonly popularity: Tensor;
  /** `[q, 1]`, int64: the item to guess. */
  readonly answers: Tensor;
};

function questionsOf(
  x: Tensor,
  users: readonly (readonly number[])[],
  counts: Float64Array,
): Questions {
  const asked = users.flatMap((clicks) =>
    clicks.slice(0, QUESTIONS).map((answer) => ({
      answer,
      clicks,
      others: clicks.filter((item) => item !== answer),
    })),
  );
  const items = x.size(0);
  const known = new Float32Array(asked.length * items);
  const popularity = new Float32Array(asked.length * items);
  for (const [row, { clicks, others }] of asked.entries()) {
    for (const [item, count] of counts.entries()) {
      popularity[row * items + item] = Math.log1p(count - Number(clicks.includes(item)));
    }
    for (const item of others) known[row * items + item] = -Infinity;
  }
  const shape = [asked.length, items];
  return {
    means: torch.stack(asked.map(({ others }) => meanOf(x, others))),
    known: torch.tensor(known, { shape }),
    popularity: torch.tensor(popularity, { shape }),
    answers: indices(asked.map(({ answer }) => answer)).unsqueeze(1),
  };
}

/** The mean `[D]` of the vectors of some items. */
function meanOf(x: Tensor, items: readonly number[]): Tensor {
  return x.indexSelect(0, indices(items)).mean([0]);
}

/** The parameters as one point `[D + 1, D]`: W, and below it b at the first place. */
function unpacked(point: Tensor, size: number): { weights: Tensor; coefficient: Tensor } {
  return { weights: point.narrow(0, 0, size), coefficient: point.select(0, size).narrow(0, 0, 1) };
}

function logProbabilities(questions: Questions, x: Tensor, point: Tensor): Tensor {
  const { weights, coefficient } = unpacked(point, x.size(1));
  const { means, popularity, known } = questions;
  const scores = means.matmul(weights).matmul(x.mT);
  return scores.add(popularity.mul(coefficient)).add(known).logSoftmax(-1);
}

/** The best point with b ≥ 0: since the problem is convex, b is 0 there if it is less at the best point of all. */
function solve(questions: Questions, x: Tensor, penalty: number): Tensor {
  const free = minimum(questions, x, penalty);
  if (Number(unpacked(free, x.size(1)).coefficient.item()) >= 0) return free;
  // A click counts in the popularity of all other users alone, which few of them make look like a fault.
  return minimum({ ...questions, popularity: torch.zerosLike(questions.popularity) }, x, penalty);
}

function minimum(questions: Questions, x: Tensor, penalty: number): Tensor {
  const size = x.size(1);
  const { means, popularity, answers } = questions;
  const start = torch.cat([torch.eye(size).mul(SHARPNESS), torch.zeros([1, size])]);
  const objective: Objective = (point) =>
    torch.scope(() => {
      const log = logProbabilities(questions, x, point);
      const error = log.exp().scatterAdd(1, answers, torch.full([answers.size(0), 1], -1));
      const moved = point.sub(start);
      const ofCoefficient = torch.zeros([1, size]);
      ofCoefficient.narrow(1, 0, 1).copy_(error.mul(popularity).sum());
      const ofWeights = means.mT.matmul(error.matmul(x));
      const loss = -Number(log.gather(1, answers).sum().item());
      return {
        value: loss + (penalty / 2) * Number(moved.square().sum().item()),
        gradient: torch.cat([ofWeights, ofCoefficient]).add(moved, { alpha: penalty }),
      };
    });
  return minimize(objective, start, LIMITS);
}

/** The penalty that does best for every fifth user, by what the others teach. */
function penaltyOf(x: Tensor, users: readonly (readonly number[])[], counts: Float64Array): number {
  const most = PENALTIES.at(-1) ?? 1;
  if (users.length < LEAST_USERS) return most;
  return torch.scope(() => {
    const learned = questionsOf(
      x,
      users.filter((_, i) => i % HELD_OUT !== 0),
      counts,
    );
    const judges = questionsOf(
      x,
      users.filter((_, i) => i % HELD_OUT === 0),
      counts,
    );
    const losses = PENALTIES.map((penalty) =>
      torch.scope(() => {
        const log = logProbabilities(judges, x, solve(learned, x, penalty));
        return -Number(log.gather(1, judges.answers).sum().item());
      }),
    );
    return PENALTIES[losses.indexOf(Math.min(...losses))] ?? most;
  });
}
