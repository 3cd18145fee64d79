import { isPlainObject } from '../../check';
import { counted } from '../../counted';
import { ArgumentTypeError, outOfRange, TorchError } from '../../errors';
import { warnOf } from '../../warnings';
import type { Protocol } from '../report/predictions';
import { completeRun, type RunConfig } from './config';
import { featuresOf } from './features';
import { type ConfigTree, merged } from './merge-configs';
import type { MetaModel } from './model';
import { loadRunData } from './run-data';
import { classesOf } from './splits';
import { type Answered, protocolOf, testOn } from './test-run';
import { requireEnough, testMakers } from './workshop';

/** What was asked of a model, and what it answered. */
export type ModelTest = {
  readonly config: RunConfig;
  readonly results: readonly (Answered & { readonly protocol: Protocol })[];
};

/** The keys that say what a model is asked. All others are of its training, which is over. */
const ASKED = [
  'data',
  'splits',
  'features',
  'episodes.ways',
  'episodes.queries',
  'evaluation.test',
  'evaluation.shots',
  'evaluation.ways',
  'evaluation.queries',
];

/**
 * The config by which a model is tested: that of its run, and what `over` says otherwise.
 *
 * @throws TorchError `ERR_TORCH_ARGUMENT` if neither names data; ArgumentTypeError for a key of `over` that would
 *   change nothing, such as another learner; what `configFrom` throws for `over`
 */
export function testConfig(model: MetaModel, over: ConfigTree): RunConfig {
  const { run, learner, encoder } = model.facts;
  const trained = isPlainObject(run?.config) ? run.config : {};
  const base = { ...trained, learner, encoder };
  const config = completeRun(merged(base, over), 'the run');
  requireAsked(over);
  if (config.data !== undefined) return config;
  const message =
    'Expected data to test on, as the model does not say what it was trained on; name some by --data';
  throw new TorchError('ERR_TORCH_ARGUMENT', message);
}

function requireAsked(over: ConfigTree): void {
  const keys = Object.entries(over).flatMap(([key, value]) =>
    isPlainObject(value) && !ASKED.includes(key)
      ? Object.keys(value).map((inner) => `${key}.${inner}`)
      : [key],
  );
  const stray = keys.find((key) => !ASKED.includes(key));
  if (stray === undefined) return;
  throw new ArgumentTypeError(
    `Expected only keys that say what the model is asked (${ASKED.join(', ')}) but received ${stray}, which is of its training`,
    'evaluate',
    `${stray} of the test`,
  );
}

/**
 * Tests a model on the test classes of a config; every model gets the same episodes. Classes that it has been
 * trained on are told by a `MetatorchWarning`.
 */
export async function testModel(
  model: MetaModel,
  config: RunConfig,
  signal?: AbortSignal,
): Promise<ModelTest> {
  const { data } = config;
  if (data === undefined) throw outOfRange('data', 'data of the config', data);
  const dataset = await loadRunData(data, signal);
  const classes = await classesOf(dataset, config.splits);
  if (classes.test.length === 0) {
    throw outOfRange('at least one class for the test', 'splits of the config', 0);
  }
  requireEnough({ test: classes.test }, config, dataset.name);
  warnOfSeen(model, classes.test);
  const texts = classes.test.flatMap((label) => dataset.examples(label));
  const features = await featuresOf(model.vectorizer, texts, config.features, signal);
  try {
    const test = testMakers({ dataset, config, classes, vectorizer: model.vectorizer, features });
    const { learner, encoder, params, facts } = model;
    const built = { config: facts.learner, learner, encoder, params };
    const results = await testOn({ config, test }, built, { signal });
    return {
      config,
      results: results.map((one) => ({
        ...one,
        protocol: protocolOf({ config, dataset }, model.facts.learner, one.shots),
      })),
    };
  } finally {
    features?.x.dispose();
  }
}

/** Accuracy on classes of the training says nothing of others, which is what a test is for. */
function warnOfSeen({ facts }: MetaModel, test: readonly string[]): void {
  const { trainedOn }: { trainedOn?: unknown } = Object(facts.run);
  const trained = new Set(Array.isArray(trainedOn) ? trainedOn : []);
  const seen = test.filter((label) => trained.has(label));
  if (seen.length === 0) return;
  const names = seen.slice(0, MOST_NAMES).map((label) => `'${label}'`);
  const more = seen.length > MOST_NAMES ? ', …' : '';
  warnOf(
    'METATORCH_SEEN_CLASSES',
    `The model was trained on ${seen.length} of the ${counted(test.length, 'class', 'classes')} that it is tested on: ${names.join(', ')}${more}`,
  );
}

const MOST_NAMES = 10;
