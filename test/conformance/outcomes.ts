import type { CallRecord, OperatorFacts, Summary } from './record';
import type { Door, Outcome } from './replay';

/** What became of one OpInfo, over both dtypes. */
export type OperatorResult = {
  op: string;
  /** Operators of the dispatcher that its samples call. */
  names: readonly string[];
  doors: readonly Door[];
  /** True if its own name is an operator of the dispatcher, or every sample is one call of such. */
  inDispatcher: boolean;
  samples: number;
  passed: number;
  /** Samples whose gradients, and whose second gradients, were compared. */
  gradients: number;
  secondGradients: number;
  /** Causes with the number of samples. */
  failures: ReadonlyMap<string, number>;
  /** Reasons for samples that were left out, with their number. */
  skipped: ReadonlyMap<string, number>;
};

export type Totals = {
  opInfos: number;
  /** Not in the dispatcher. */
  outside: number;
  /** In the dispatcher, but the database has no samples for the CPU. */
  withoutSamples: number;
  /** In the dispatcher and with samples. */
  inDispatcher: number;
  /** Of those: at least one sample was replayed. */
  replayed: number;
  passed: number;
  /** Different operators of the dispatcher. */
  names: number;
  samples: number;
  samplesPassed: number;
  gradients: number;
  secondGradients: number;
};

export type Replayed = { record: CallRecord; outcome: Outcome };

/** The exporter's reason for leaving out a sample that no one operator stands for. */
const COMPOSED = 'written in Python over several operators';
/** Likewise where there can be no sample. */
const NO_SAMPLES = /^(does not take|has no samples)/;

const count = (into: Map<string, number>, key: string, by = 1): void => {
  into.set(key, (into.get(key) ?? 0) + by);
};

/** One result for every OpInfo, in the order of the database. */
export function summarize(summary: Summary, replayed: readonly Replayed[]): OperatorResult[] {
  const facts = new Map<string, OperatorFacts[]>();
  for (const item of summary.operators) facts.set(item.op, [...(facts.get(item.op) ?? []), item]);
  const outcomes = new Map<string, Replayed[]>();
  for (const item of replayed) {
    const known = outcomes.get(item.record.op);
    if (known === undefined) outcomes.set(item.record.op, [item]);
    else known.push(item);
  }
  return [...facts].map(([op, dtypes]) => resultOf(op, dtypes, outcomes.get(op) ?? []));
}

function resultOf(
  op: string,
  dtypes: readonly OperatorFacts[],
  replayed: readonly Replayed[],
): OperatorResult {
  const failures = new Map<string, number>();
  const skipped = new Map<string, number>();
  for (const { outcome } of replayed) {
    const { failure } = outcome;
    if (failure !== undefined) count(failures, `${failure.stage}: ${failure.cause}`);
  }
  for (const facts of dtypes) {
    if (facts.leftOut !== undefined) count(skipped, facts.leftOut, 0);
    for (const [reason, samples] of Object.entries(facts.skipped)) count(skipped, reason, samples);
  }
  return {
    op,
    names: [...new Set(replayed.map(({ record }) => record.name))],
    doors: [...new Set(replayed.map(({ outcome }) => outcome.door))],
    inDispatcher:
      dtypes.some((facts) => facts.inDispatcher) || (replayed.length > 0 && !skipped.has(COMPOSED)),
    samples: replayed.length,
    passed: replayed.filter(({ outcome }) => outcome.failure === undefined).length,
    gradients: replayed.filter(({ outcome }) => outcome.orders >= 1).length,
    secondGradients: replayed.filter(({ outcome }) => outcome.orders >= 2).length,
    failures,
    skipped,
  };
}

export function inTotal(results: readonly OperatorResult[]): Totals {
  const inside = results.filter((result) => result.inDispatcher);
  const sum = (of: (result: OperatorResult) => number) =>
    inside.reduce((total, result) => total + of(result), 0);
  const withoutSamples = inside.filter(
    ({ samples, skipped }) => samples === 0 && [...skipped.keys()].every((r) => NO_SAMPLES.test(r)),
  );
  const replayed = inside.filter((result) => result.samples > 0);
  return {
    opInfos: results.length,
    outside: results.length - inside.length,
    withoutSamples: withoutSamples.length,
    inDispatcher: inside.length - withoutSamples.length,
    replayed: replayed.length,
    passed: replayed.filter((result) => result.passed === result.samples).length,
    names: new Set(replayed.flatMap((result) => result.names)).size,
    samples: sum((result) => result.samples),
    samplesPassed: sum((result) => result.passed),
    gradients: sum((result) => result.gradients),
    secondGradients: sum((result) => result.secondGradients),
  };
}
