import { setImmediate as nextTurn } from 'node:timers/promises';
import { queryLogits } from '../../meta';
import { type ProcessGroup, type Tree, torch } from '../../torch';
import { asJson } from '../as-json';
import { gatherValues } from '../distributed/gather-values';
import { anyAborts } from '../distributed/ranks';
import { ownPart, type Share } from '../distributed/share';
import { type Estimate, estimate } from '../estimate';
import { type AnyLearner, LEARNERS, type LearnerConfig } from '../registry';
import type { Protocol, QueryPrediction } from '../report/predictions';
import type { RunConfig } from './config';
import { batchesOf, type TaskMaker } from './task-maker';
import type { Workshop } from './workshop';

/** What a model answered in the test with a number of shots. */
export type Answered = {
  readonly shots: number;
  /** The accuracy of each episode, from 0 to 1. */
  readonly accuracies: readonly number[];
  /** Query by query, if the config asks for it. */
  readonly queries: readonly QueryPrediction[];
};

type Tested = { readonly learner: AnyLearner; readonly params: Tree };

/** Tests a model with each number of shots. Other work gets its turn between batches. */
export async function testOn(
  workshop: Pick<Workshop, 'config' | 'test'>,
  model: Tested,
  { signal, group }: { signal?: AbortSignal | undefined; group?: ProcessGroup | undefined } = {},
): Promise<Answered[]> {
  const { evaluation, predictions } = workshop.config;
  const results: Answered[] = [];
  for (const shots of evaluation.shots) {
    const maker = workshop.test(shots);
    if (maker === undefined || (await anyAborts(signal, group))) break;
    const share = group && { rank: group.rank, size: group.size };
    const own = await answersOf(maker, model, evaluation.test, predictions, share);
    const all = group === undefined ? [own] : gatherValues(own, group);
    results.push({
      shots,
      accuracies: all.flatMap(({ accuracies }) => accuracies),
      queries: all.flatMap(({ queries }) => queries),
    });
  }
  return results;
}

const ALONE: Share = { rank: 0, size: 1 };

/** The answers of a model to the first episodes of a maker: to a rank's part of them. */
export async function answersOf(
  maker: TaskMaker,
  { learner, params }: Tested,
  episodes: number,
  keep: boolean,
  share: Share = ALONE,
): Promise<Omit<Answered, 'shots'>> {
  const accuracies: number[] = [];
  const queries: QueryPrediction[] = [];
  const { from, count: own } = ownPart(episodes, share);
  for (const make of batchesOf(maker, own, from)) {
    const began = performance.now();
    const probabilities = torch.scope(() =>
      queryLogits(learner, params, make()).logits.to('float64').softmax(-1).tolist(),
    ) as number[][][];
    const ms = performance.now() - began;
    const count = probabilities.reduce((sum, rows) => sum + rows.length, 0);
    for (const rows of probabilities) {
      const found = episodeAnswers(maker, from + accuracies.length, rows, ms / count);
      accuracies.push(found.right / found.queries.length);
      if (keep) queries.push(...found.queries);
    }
    await nextTurn();
  }
  return { accuracies, queries };
}

function episodeAnswers(
  { sampler }: TaskMaker,
  episode: number,
  rows: readonly (readonly number[])[],
  ms: number,
): { right: number; queries: QueryPrediction[] } {
  const { classes, query } = sampler.rows(episode);
  const labels = Array.from(classes, (number) => sampler.sources[0]?.classes[number]?.label ?? '');
  let right = 0;
  const queries = Array.from(query.rows, (row, i): QueryPrediction => {
    // A learner may have more outputs than there are labels; probabilities are those of the labels.
    const own = (rows[i] ?? []).slice(0, labels.length);
    const sum = own.reduce((total, p) => total + p, 0);
    const best = own.reduce((at, p, k) => (p > (own[at] ?? 0) ? k : at), 0);
    if (best === query.labels[i]) right++;
    return {
      episode,
      row,
      text: sampler.texts[row] ?? '',
      label: labels[query.labels[i] ?? 0] ?? '',
      predicted: labels[best] ?? null,
      probabilities: Object.fromEntries(labels.map((label, k) => [label, (own[k] ?? 0) / sum])),
      ms,
    };
  });
  return { right, queries };
}

/** How good a model is at classes that it has not seen, with so many examples of each. */
export type TestResult = {
  readonly shots: number;
  /** From 0 to 1: over episodes, or over seeds if there are several. */
  readonly accuracy: Estimate;
};

/** The accuracy with each number of shots. */
export function testResults(answered: readonly Answered[]): TestResult[] {
  return answered.map(({ shots, accuracies }) => ({ shots, accuracy: estimate(accuracies) }));
}

/** What was asked, for a file of predictions. */
export function protocolOf(
  { config, dataset }: { config: RunConfig; dataset: { readonly name: string } },
  learner: LearnerConfig,
  shots: number,
): Protocol {
  const { ways, queries } = config.episodes;
  return {
    dataset: dataset.name,
    split: 'test',
    model: `${LEARNERS[learner.kind].title}, ${config.encoder.kind}`,
    ways,
    shots,
    queries,
    config: asJson(config),
  };
}
