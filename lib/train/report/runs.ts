import { array, objectOf, optional, readOptions, required, string } from '../../check';
import { ArgumentTypeError, outOfRange } from '../../errors';
import { estimate } from '../estimate';
import { accuracy } from '../metrics/accuracy';
import type { Figure } from '../metrics/figure';
import { queryTable } from '../metrics/query-table';
import { iterable } from './iterable';
import type { Protocol, QueryPrediction } from './predictions';
import { protocol as protocolOf, queryPrediction } from './query-prediction';

/** The predictions of one evaluation, as `loadPredictions` gives them. */
export type Run = {
  /** What the run is called. Default: its number. */
  readonly name?: string;
  readonly protocol: Protocol;
  readonly queries: Iterable<QueryPrediction>;
  /** What `loadPredictions` found; not needed. */
  readonly header?: object;
};

/** What is reported of one of several runs. */
export type RunSummary = {
  readonly name: string;
  readonly protocol: Protocol;
  readonly queries: number;
  readonly accuracy: Figure | null;
};

/** Several runs as one: episodes of all, numbered anew. */
export type Pooled = {
  readonly runs: readonly RunSummary[];
  readonly queries: readonly QueryPrediction[];
  /** The mean of the accuracies of the runs ± 1.96·s/√n; null for a single run. */
  readonly accuracyOverRuns: Figure | null;
};

const RUN = {
  name: optional(string),
  protocol: required(protocolOf),
  queries: required<unknown>(iterable),
  header: optional<object>((value, name, operator) => objectOf(Object(value), name, operator)),
};

/** What must be the same in runs whose figures are averaged. */
const SHARED = ['dataset', 'model', 'ways', 'shots', 'queries'] as const;

/**
 * @throws ArgumentTypeError or ArgumentRangeError unless there is at least one run, and all are of the same model,
 *   data and kind of episodes
 */
export function pooled(given: Run | readonly Run[], operator: string): Pooled {
  const list: readonly Run[] = Array.isArray(given) ? given : [given as Run];
  if (array(list, 'runs', 'runs', operator).length === 0) {
    throw outOfRange('at least one run', 'runs', list, operator);
  }
  const queries: QueryPrediction[] = [];
  let first = 0;
  const runs = list.map((run, i): RunSummary => {
    const { name = `run ${i + 1}`, protocol, queries: own } = readOptions(RUN, run, operator);
    let last = -1;
    const checked = Array.from(own as Iterable<unknown>, (query, j) =>
      queryPrediction(query, `queries[${j}]`, operator),
    );
    const summary = accuracy(queryTable(checked, operator));
    for (const query of checked) {
      last = Math.max(last, query.episode);
      queries.push({ ...query, episode: first + query.episode });
    }
    first += last + 1;
    return { name, protocol, queries: checked.length, accuracy: summary };
  });
  requireAlike(runs, operator);
  return { runs, queries, accuracyOverRuns: meanOf(runs) };
}

function meanOf(runs: readonly RunSummary[]): Figure | null {
  const values = runs.flatMap((run) => (run.accuracy === null ? [] : [run.accuracy.value]));
  if (values.length < 2) return null;
  const { mean, halfWidth } = estimate(values);
  return { value: mean, low: mean - halfWidth, high: mean + halfWidth };
}

function requireAlike([one, ...others]: readonly RunSummary[], operator: string): void {
  for (const other of others) {
    for (const key of SHARED) {
      const [own, its] = [one, other].map((run) => JSON.stringify(run?.protocol[key]));
      if (own === its) continue;
      throw new ArgumentTypeError(
        `Expected the same ${key} in all runs but received ${own} in ${one?.name} and ${its} in ${other.name}. ` +
          'A report is of one model; two models are compared',
        operator,
      );
    }
  }
}
