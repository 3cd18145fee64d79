import { isPlainObject } from '../../check';
import { outOfRange, TorchError } from '../../errors';
import type { Protocol } from '../report/predictions';
import { completeRun, type RunConfig } from './config';
import { featuresOf } from './features';
import { type ConfigTree, merged } from './merge-configs';
import type { MetaModel } from './model';
import { loadRunData } from './run-data';
import { classesOf } from './splits';
import { type Answered, protocolOf, testOn } from './test-run';
import { testMakers } from './workshop';

/** What was asked of a model, and what it answered. */
export type ModelTest = {
  readonly config: RunConfig;
  readonly results: readonly (Answered & { readonly protocol: Protocol })[];
};

/**
 * The config by which a model is tested: that of its run, and what `over` says otherwise.
 *
 * @throws TorchError `ERR_TORCH_ARGUMENT` if neither names data; what `configFrom` throws for `over`
 */
export function testConfig(model: MetaModel, over: ConfigTree): RunConfig {
  const { run, learner, encoder } = model.facts;
  const trained = isPlainObject(run?.config) ? run.config : {};
  const base = { ...trained, learner, encoder };
  const config = completeRun(merged(base, over), 'the run');
  if (config.data !== undefined) return config;
  const message =
    'Expected data to test on, as the model does not say what it was trained on; name some by --data';
  throw new TorchError('ERR_TORCH_ARGUMENT', message);
}

/** Tests a model on the test classes of a config; every model gets the same episodes. */
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
