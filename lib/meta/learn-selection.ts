/**
 * Choosing the algorithm for a task by what is known of the task, from a leaderboard of tasks seen.
 *
 * John Rice: The Algorithm Selection Problem, Advances in Computers 15, 1976; predicted by regression as in Lin Xu,
 * Frank Hutter, Holger Hoos, Kevin Leyton-Brown: SATzilla, JAIR 32, 2008.
 *
 *   a*(f) = argmax over a of ŝₐ(f),   ŝₐ(f) = mₐ + wₐ·f,   Wλ = argmin ‖F W − S‖² + λ n ‖W‖²
 *
 * with standardised features f and scores S, less each task's mean.
 */

import { array, finiteNumber, objectOf, recordOf, required, strictObject } from '../check';
import { outOfRange } from '../errors';
import { argmax } from '../extremes';
import { type Tensor, torch } from '../torch';
import { ridgeRegression } from './closed-form/r2d2';
import { mean, standardError } from './standard-error';

/** A row of a leaderboard. */
export type TaskRecord = {
  /** What was known of the task before anything was tried; the same names for all tasks. */
  readonly features: Readonly<Record<string, number>>;
  /** The score of each algorithm on it, the greater the better; the same names for all tasks. */
  readonly scores: Readonly<Record<string, number>>;
};

/** What was chosen for a task. */
export type Choice = {
  readonly best: string;
  /** For each algorithm how much better than the mean of all it should be. */
  readonly expected: Readonly<Record<string, number>>;
};

/** What a leaderboard has taught: see `learnSelection`. */
export type LearnedSelection = {
  /** @throws ArgumentTypeError or ArgumentRangeError for features of other names, or that are not finite numbers */
  choose(features: Readonly<Record<string, number>>): Choice;
  /** The algorithm that is best on average over all tasks. */
  readonly single: string;
  /** λ; Infinity where features do not help, and `single` is always chosen. */
  readonly lambda: number;
  /** The gain over `single` on each task by a choice that has not seen the task, for `estimate` of `train`. */
  readonly gains: readonly number[];
};

const NAME = 'learnSelection';
/** Of strengths that do not differ the strongest is taken. */
const LAMBDAS = [10, 1, 0.1, 0.01];

const numbersByName = recordOf(finiteNumber);
const taskRecord = strictObject({
  features: required(numbersByName),
  scores: required(numbersByName),
});

/**
 * Learns from tasks on which all algorithms were tried which one to take for a new task. Hyper-parameters are chosen
 * in the same way: an algorithm with three settings is three algorithms.
 *
 * λ is the one whose choices score best on tasks that are left out, one by one. Unless these gain more over the best
 * single algorithm than their standard error, that one is chosen always: noise does not make the choice worse.
 *
 *     const selection = learnSelection(leaderboard);
 *     selection.choose({ shots: 1, ways: 20 }).best; // for example 'class-mean'
 *
 * @throws ArgumentTypeError or ArgumentRangeError for fewer than three tasks, no algorithm, and for names of features or
 *   algorithms that are not those of the first task
 */
export function learnSelection(tasks: readonly TaskRecord[]): LearnedSelection {
  const { features, algorithms, rows, scores } = readBoard(tasks);
  const scale = scaleOf(rows);
  const standard = rows.map((row) => scale(row));
  const relative = scores.map((own) => own.map((score) => score - mean(own)));
  const level = algorithms.map((_, a) => mean(relative.map((own) => own[a] ?? 0)));
  const single = argmax(level);
  const { lambda, gains } = bestStrength(standard, relative, single);
  const weights =
    lambda === Infinity
      ? features.map(() => level.map(() => 0))
      : weightsOf(standard, relative, lambda);
  return {
    single: algorithms[single] ?? '',
    lambda,
    gains,
    choose(own) {
      const f = scale(
        valuesOf(numbersByName(own, 'features', `${NAME}.choose`), features, 'features'),
      );
      const expected = level.map(
        (value, a) => value + f.reduce((sum, one, i) => sum + one * (weights[i]?.[a] ?? 0), 0),
      );
      const named = algorithms.map((name, a) => [name, expected[a] ?? 0] as const);
      return { best: algorithms[argmax(expected)] ?? '', expected: Object.fromEntries(named) };
    },
  };
}

type Rows = readonly (readonly number[])[];
type Board = { features: string[]; algorithms: string[]; rows: Rows; scores: Rows };

function readBoard(input: readonly TaskRecord[]): Board {
  const given = array(input, 'tasks', 'tasks', NAME);
  const tasks = given.map((task, i) => taskRecord(task, `tasks[${i}]`, NAME));
  const [first] = tasks;
  if (first === undefined || tasks.length < 3) {
    throw outOfRange('at least 3 tasks', 'tasks', tasks.length, NAME);
  }
  const [features, algorithms] = [Object.keys(first.features), Object.keys(first.scores)];
  if (algorithms.length === 0)
    throw outOfRange('at least one algorithm', 'scores', first.scores, NAME);
  return {
    features,
    algorithms,
    rows: tasks.map((task, i) => valuesOf(task.features, features, `features of tasks[${i}]`)),
    scores: tasks.map((task, i) => valuesOf(task.scores, algorithms, `scores of tasks[${i}]`)),
  };
}

function valuesOf(
  own: Readonly<Record<string, number>>,
  names: readonly string[],
  where: string,
): number[] {
  const surplus = Object.keys(objectOf(own, where, NAME)).filter((name) => !names.includes(name));
  if (surplus.length > 0) throw outOfRange(`none but ${names.join(', ')}`, where, surplus[0], NAME);
  return names.map((name) => finiteNumber(own[name], `${name} of the ${where}`, NAME));
}

/** Features less their mean over tasks, in units of their deviation; those that do not vary become 0. */
function scaleOf(rows: Rows): (row: readonly number[]) => number[] {
  const scales = (rows[0] ?? []).map((first, i) => {
    const column = rows.map((row) => row[i] ?? 0);
    const middle = mean(column);
    const deviation = Math.sqrt(mean(column.map((value) => (value - middle) ** 2)));
    // The mean of equal numbers may differ from them by rounding.
    return { middle, factor: column.every((value) => value === first) ? 0 : 1 / deviation };
  });
  return (row) =>
    scales.map(({ middle, factor }, i) => (factor === 0 ? 0 : ((row[i] ?? 0) - middle) * factor));
}

function bestStrength(
  f: Rows,
  relative: Rows,
  single: number,
): { lambda: number; gains: number[] } {
  const trials = LAMBDAS.map((lambda) => {
    const chosen = leftOut(f, relative, lambda).map(argmax);
    const gains = relative.map((own, i) => (own[chosen[i] ?? 0] ?? 0) - (own[single] ?? 0));
    return { lambda, gains };
  });
  const [first, ...others] = trials.map((trial) => ({ ...trial, gain: mean(trial.gains) }));
  const none = { lambda: Infinity, gains: relative.map(() => 0) };
  if (first === undefined) return none;
  const { gain, ...best } = others.reduce((a, b) => (b.gain > a.gain ? b : a), first);
  return gain > standardError(best.gains) ? best : none;
}

/** What each task is predicted to score by the others: linear smoothers leave one out in closed form. */
function leftOut(f: Rows, relative: Rows, lambda: number): number[][] {
  return torch.scope(() => {
    const [x, y] = [matrix(f), matrix(relative)];
    const n = f.length;
    const hat = x.matmul(ridge(x, torch.eye(n, { dtype: 'float64' }), lambda)).add(1 / n);
    const own = hat.diagonal().unsqueeze(1);
    return hat
      .matmul(y)
      .sub(own.mul(y))
      .div(own.neg().add(1).clampMin(1e-9))
      .tolist() as number[][];
  });
}

function weightsOf(f: Rows, relative: Rows, lambda: number): number[][] {
  return torch.scope(() => ridge(matrix(f), matrix(relative), lambda).tolist() as number[][]);
}

function ridge(x: Tensor, y: Tensor, lambda: number): Tensor {
  const strength = torch.tensor(lambda * x.size(0), { dtype: 'float64' });
  return ridgeRegression(x.unsqueeze(0), y.unsqueeze(0), strength).squeeze(0);
}

const matrix = (rows: Rows): Tensor =>
  torch.tensor(Float64Array.from(rows.flat()), {
    dtype: 'float64',
    shape: [rows.length, rows[0]?.length ?? 0],
  });
