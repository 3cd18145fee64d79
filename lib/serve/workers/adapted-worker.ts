/** The thread of a meta-trained model: it loads the model, and adapts it to the examples of classifiers when they change. */

import { workerData } from 'piscina';
import { normalize } from '../../meta/metric/normalize';
import type { TextClassifier } from '../../text';
import { plainError } from '../../threads/plain-error';
import { type Tree, torch } from '../../torch';
import { LEARNERS } from '../../train/registry';
import type { MetaModel } from '../../train/runs/model';
import { loadModel } from '../../train/runs/saved-model';
import { principalPlane } from '../plane';
import type {
  AdaptedFacts,
  AdaptedOutcome,
  AdaptedRequest,
  AdaptedScores,
  AdaptedSetup,
} from './adapted-tasks';
import type { Outcome } from './tasks';

type Adapted = { version: number; classifier: TextClassifier<Tree, unknown, Tree> };

/** As many classifiers stay adapted as are asked in turns; others adapt anew when they are asked again. */
const MOST_ADAPTED = 32;

/** As many examples as a picture shows. */
const MOST_POINTS = 500;

const setup: AdaptedSetup = workerData;
torch.setNumThreads(setup.threads);
let loading: Promise<MetaModel> | undefined;
/** By their keys, those that were asked last at the end. */
const adapted = new Map<string, Adapted>();

function model(): Promise<MetaModel> {
  loading ??= loadModel(setup.folder);
  return loading;
}

async function classifierOf(request: AdaptedRequest): Promise<Adapted['classifier']> {
  const { examples, key, version } = request;
  const own = await model();
  const before = adapted.get(key);
  const current = before?.version === version ? before : undefined;
  const classifier = current?.classifier ?? own.classifier(examples);
  if (current === undefined) before?.classifier.dispose();
  adapted.delete(key);
  adapted.set(key, { version, classifier });
  const [oldest] = adapted.keys();
  if (oldest !== undefined && adapted.size > MOST_ADAPTED) {
    adapted.get(oldest)?.classifier.dispose();
    adapted.delete(oldest);
  }
  return classifier;
}

async function scoresOf(request: AdaptedRequest): Promise<AdaptedScores> {
  const classifier = await classifierOf(request);
  return classifier
    .predict(request.texts)
    .map(({ probabilities }) => classifier.labels.map((label) => probabilities[label] ?? 0));
}

async function outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: plainError(error) };
  }
}

export const describe = (): Promise<AdaptedOutcome<'describe'>> =>
  outcome(async (): Promise<AdaptedFacts> => {
    const { facts } = await model();
    return { title: LEARNERS[facts.learner.kind].title, examples: facts.examples ?? [] };
  });

export const score = (request: AdaptedRequest): Promise<AdaptedOutcome<'score'>> =>
  outcome(() => scoresOf(request));

/** Texts whose labels are as probable are near each other. */
export const plane = (request: AdaptedRequest): Promise<AdaptedOutcome<'plane'>> =>
  outcome(async () => {
    const shown = request.examples.slice(0, MOST_POINTS).map(({ text }) => text);
    const examples = await scoresOf({ ...request, texts: shown });
    const texts = await scoresOf(request);
    return torch.scope(() => {
      const rows = (scores: AdaptedScores) =>
        torch.tensor(Float32Array.from(scores.flat()), {
          shape: [scores.length, examples[0]?.length ?? 0],
        });
      return principalPlane([normalize(rows(examples))], rows(texts));
    });
  });

/** What a thread asks for as it starts, as in `worker.ts`. */
export default describe;
