import { queryLogits } from '../../meta';
import { nextTurn } from '../../next-turn';
import { SentenceEncoder } from '../../text/encoders/sentence-encoder';
import type { TrainableEncoder } from '../../text/encoders/trainable';
import type { Vectorizer } from '../../text/vectorizer';
import { type ProcessGroup, type Tree, torch } from '../../torch';
import { asJson } from '../as-json';
import { gatherValues } from '../distributed/gather-values';
import { anyAborts } from '../distributed/ranks';
import { ownPart, type Share } from '../distributed/share';
import { type Estimate, estimate } from '../estimate';
import { type AnyLearner, buildLearner, LEARNERS, type LearnerConfig } from '../registry';
import type { Protocol, QueryPrediction } from '../report/predictions';
import { evaluatedTasks, type RunConfig } from './config';
import { rememberingEncoder } from './remembering-encoder';
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

/** A learner with what it was built of, so that it can be built again for a test. */
export type BuiltLearner = {
  readonly config: LearnerConfig;
  readonly learner: AnyLearner;
  readonly encoder: TrainableEncoder;
  readonly params: Tree;
};

/** A learner that reads the texts of a test by its own vectorizer. */
export type Reader = { readonly learner: AnyLearner; readonly vectorizer: Vectorizer<Tree> };

/**
 * The learner with an encoder that encodes every text once, as long as it lives. As it is where vectors are
 * looked up anyhow, or where the learner reads the words itself.
 */
export function readerOf({ config, learner, encoder, params }: BuiltLearner): Reader {
  const { vectorizer, layer } = encoder;
  const readsWords = LEARNERS[config.kind].encoder !== undefined;
  if (vectorizer instanceof SentenceEncoder || readsWords || layer.tasks !== true) {
    return { learner, vectorizer };
  }
  const remembering = rememberingEncoder(encoder, params);
  return { learner: buildLearner(config, remembering), vectorizer: remembering.vectorizer };
}

/**
 * Tests a model with each number of shots. Other work gets its turn between batches. Once the signal is aborted, what
 * has not been answered in full is left out.
 */
export async function testOn(
  workshop: Pick<Workshop, 'config' | 'test'>,
  model: BuiltLearner,
  { signal, group }: { signal?: AbortSignal | undefined; group?: ProcessGroup | undefined } = {},
): Promise<Answered[]> {
  const { evaluation, predictions } = workshop.config;
  const { learner, vectorizer } = readerOf(model);
  const tested = { learner, params: model.params };
  const results: Answered[] = [];
  for (const shots of evaluation.shots) {
    const maker = workshop.test(shots, vectorizer);
    if (maker === undefined || (await anyAborts(signal, group))) break;
    const share = group && { rank: group.rank, size: group.size };
    // Ranks end together, between numbers of shots.
    const alone = group === undefined ? signal : undefined;
    const asked = answersOf(maker, tested, evaluation.test, predictions, { share, signal: alone });
    const own = await unlessStopped(asked, alone);
    if (own === undefined) break;
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

/** What comes of some work; undefined if the signal has ended it. */
async function unlessStopped<T>(work: Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
}

/**
 * The answers of a model to the first episodes of a maker: to a rank's part of them.
 *
 * @throws the signal's reason
 */
export async function answersOf(
  maker: TaskMaker,
  { learner, params }: Tested,
  episodes: number,
  keep: boolean,
  { share = ALONE, signal }: { share?: Share | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Omit<Answered, 'shots'>> {
  const accuracies: number[] = [];
  const queries: QueryPrediction[] = [];
  const { from, count: own } = ownPart(episodes, share);
  for (const make of batchesOf(maker, own, from)) {
    signal?.throwIfAborted();
    const began = performance.now();
    const probabilities = torch.scope(() =>
      queryLogits(learner, params, make()).logits.to('float64').softmax(-1).tolist(),
    ) as number[][][];
    const ms = performance.now() - began;
    const count = probabilities.reduce((sum, rows) => sum + rows.length, 0);
    for (const rows of probabilities) {
      const found = episodeAnswers(maker, from + accuracies.length, rows, ms / count);
      accuracies.push(found.right / found.queries.length);
      if (keep) for (const query of found.queries) queries.push(query);
    }
    await nextTurn();
  }
  return { accuracies, queries };
}

function episodeAnswers(
  { sampler, groups: groupsOf }: TaskMaker,
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
    const text = sampler.texts[row] ?? '';
    const groups = groupsOf(text);
    return {
      episode,
      row,
      text,
      ...(groups && { groups }),
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
  const { ways, queries } = evaluatedTasks(config);
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
