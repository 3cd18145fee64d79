/**
 * Kai Yu, Volker Tresp, Anton Schwaighofer: Learning Gaussian Processes from Multiple Tasks, ICML 2005
 *
 *   y = x·(w + wₜ) + b + bₜ + ε;   w ~ N(0, s I),  wₜ ~ N(0, o I),  bₜ ~ N(0, l),  ε ~ N(0, n)
 *
 * w is what all tasks have in common, wₜ what is a task's own. The variances s, o, l and n are those that make the
 * ratings of all tasks most probable; what is then known of w and b is the prior of every new task.
 */
import { type Tensor, torch } from '../../../torch';
import { indices } from '../../heads/features';
import { minimize, type Objective } from '../../heads/minimize';

/** What is known of a task's weights before its first rating. The last weight is the level, whose feature is 1. */
export type Prior = {
  /** `[D + 1, 1]`, float64 */
  readonly mean: Tensor;
  /** `[D + 1, D + 1]` */
  readonly covariance: Tensor;
  /** n, without dimensions. */
  readonly noise: Tensor;
};

/** What is known of them after some ratings. */
export type Posterior = {
  /** `[D + 1, 1]` */
  readonly weights: Tensor;
  /** `[D + 1, r]`: V, by whose V Vᵀ the covariance has shrunk. */
  readonly explained: Tensor;
};

/** The variances s, o, l and n to start from, as shares of the variance of the ratings. */
const START = [1, 0.3, 0.1, 0.5];
/** How far from them their logarithms are expected to be: a weak opinion, which keeps variances above 0. */
const DEVIATION = 3;
/** How far they may be at most: beyond it rounding would take the noise for nothing. */
const FARTHEST = 10;
const LIMITS = { tolerance: 1e-3, steps: 60 };

/** Vectors `[n, D]` with a last column of ones, in float64. */
export function withLevel(x: Tensor): Tensor {
  const rows = x.to('float64');
  return torch.cat([rows, torch.ones([rows.size(0), 1], { dtype: 'float64' })], 1);
}

/**
 * The prior that tasks teach, by L-BFGS on the logarithms of the four variances over those of the start.
 *
 * @param x `[N, D + 1]`, of `withLevel`, the tasks' rows in any order
 * @param y `[N, 1]`, float64, not all the same
 * @param tasks for each row the number of its task
 */
export function learnPrior(x: Tensor, y: Tensor, tasks: readonly number[]): Prior {
  return torch.scope(() => {
    const level = y.mean();
    const variance = y.var({ correction: 0 });
    const rest = y.sub(level);
    const parts = gramParts(x, tasks, variance);
    const start = torch.tensor(START, { dtype: 'float64' }).mul(variance);
    const variancesAt = (logs: Tensor): Tensor => logs.clamp(-FARTHEST, FARTHEST).exp().mul(start);
    const objective: Objective = (point) =>
      torch.scope(() => {
        const logs = point.detach().requiresGrad_();
        const loss = torch.enableGrad(() => {
          const opinion = logs.div(DEVIATION).square().sum().div(2);
          return improbability(gramOf(parts, variancesAt(logs)), rest).add(opinion);
        });
        return { value: Number(loss.item()), gradient: torch.grad(loss, { logs }).logs };
      });
    const variances = variancesAt(minimize(objective, start.zerosLike(), LIMITS));
    return priorOf(x, rest, { variances, parts, level, variance });
  });
}

/** The products of which the covariance of ratings is a weighted sum, each `[N, N]`. */
type GramParts = { alike: Tensor; common: Tensor; same: Tensor; eye: Tensor };

function gramParts(x: Tensor, tasks: readonly number[], variance: Tensor): GramParts {
  const vectors = x.narrow(1, 0, x.size(1) - 1);
  const numbers = indices(tasks);
  return {
    alike: vectors.matmul(vectors.mT),
    common: variance,
    same: numbers.unsqueeze(0).eq(numbers.unsqueeze(1)).to('float64'),
    eye: torch.eye(tasks.length, { dtype: 'float64' }),
  };
}

function gramOf({ alike, common, same, eye }: GramParts, variances: Tensor): Tensor {
  const [shared, own, level, noise] = variances.unbind(0) as [Tensor, Tensor, Tensor, Tensor];
  const ofTask = alike.mul(own).add(level).mul(same);
  return alike.mul(shared).add(common).add(ofTask).add(eye.mul(noise));
}

/** −log p(y) but for a constant. */
function improbability(gram: Tensor, y: Tensor): Tensor {
  const factor = torch.linalg.cholesky(gram);
  const solved = y.choleskySolve(factor);
  return y.mul(solved).sum().div(2).add(factor.diagonal().log().sum());
}

function priorOf(
  x: Tensor,
  rest: Tensor,
  learned: { variances: Tensor; parts: GramParts; level: Tensor; variance: Tensor },
): Prior {
  const { variances, parts, level, variance } = learned;
  const [shared, own, ofLevel, noise] = variances.unbind(0) as [Tensor, Tensor, Tensor, Tensor];
  const size = x.size(1) - 1;
  const diagonal = (each: Tensor, last: Tensor): Tensor =>
    torch.cat([each.expand([size]), last.reshape([1])]);
  const before = diagonal(shared, variance).unsqueeze(1);
  const factor = torch.linalg.cholesky(gramOf(parts, variances));
  const together = x.mT.mul(before);
  const explained = torch.linalg.solveTriangular(factor, together.mT, { upper: false });
  const mean = together.matmul(rest.choleskySolve(factor));
  mean.narrow(0, size, 1).add_(level);
  const covariance = torch
    .diag(before.squeeze(1).add(diagonal(own, ofLevel)))
    .sub(explained.mT.matmul(explained));
  return { mean, covariance, noise };
}

/**
 * Ridge regression towards the prior, in closed form: for r ratings an r × r system.
 *
 * @param x `[r, D + 1]`, of `withLevel`
 * @param y `[r, 1]`, float64
 */
export function posterior({ mean, covariance, noise }: Prior, x: Tensor, y: Tensor): Posterior {
  return torch.scope(() => {
    const spread = covariance.matmul(x.mT);
    const eye = torch.eye(x.size(0), { dtype: 'float64' });
    const factor = torch.linalg.cholesky(x.matmul(spread).add(eye.mul(noise)));
    const explained = torch.linalg.solveTriangular(factor, spread.mT, { upper: false }).mT;
    const surprise = y.sub(x.matmul(mean)).choleskySolve(factor);
    return { weights: mean.add(spread.matmul(surprise)), explained };
  });
}

/** The mean `[q]` and the variance `[q]` of ratings of rows `[q, D + 1]`, the noise of ratings included. */
export function ratingsOf(
  { covariance, noise }: Prior,
  { weights, explained }: Posterior,
  x: Tensor,
): { mean: Tensor; variance: Tensor } {
  return torch.scope(() => {
    const before = x.matmul(covariance).mul(x).sum([1]);
    const known = x.matmul(explained).square().sum([1]);
    return {
      mean: x.matmul(weights).squeeze(1),
      variance: before.sub(known).clampMin(0).add(noise),
    };
  });
}
