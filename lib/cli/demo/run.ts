import path from 'node:path';
import type { Learner } from '../../meta';
import { countParameters } from '../../nn';
import { adam, cosineDecay, linearWarmup } from '../../optim';
import { makeFolder } from '../../serve/folders';
import { TextClassifier, type TokenBatch, type Vectorizer, WORDNET_SPLITS } from '../../text';
import { type Tree, torch } from '../../torch';
import {
  accuracyOf,
  buildTextLearner,
  evaluate,
  formatAccuracy,
  loadTextModel,
  progressLogger,
  saveTextModel,
  type TextModelConfig,
  train,
} from '../../train';
import {
  type DemoData,
  episodeMaker,
  evaluationBatches,
  loadDemoData,
  modelConfig,
  WAYS,
} from './task';
import { NEW_EXAMPLES, NEW_TEXTS } from './texts';

export type DemoOptions = {
  /** Meta-training steps of the Prototypical Network; MAML takes half of them. */
  steps: number;
  /** Episodes for each figure of the table. */
  episodes: number;
  seed: number;
  /** Folder for the saved model. */
  out: string;
};

const TASKS = 8;
const SHOTS = 5;
const LEARNING_RATE = 0.03;
const WARMUP = 20;
const VALIDATION_EPISODES = 100;
// Seeds of episodes that must not be those of training.
const VALIDATION_SEED = 1_000_003;
const TEST_SEED = 2_000_003;

type Model = {
  learner: Learner<Tree, unknown, TokenBatch>;
  vectorizer: Vectorizer<TokenBatch>;
  params: Tree;
};

/** Meta-trains, evaluates on unseen classes, saves, adapts to new labels, and reports each step. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const folder = path.join(options.out, 'wordnet-prototypical');
  // Made before training, which would be wasted if the model could not be saved.
  await makeFolder(folder);
  const data = loadDemoData();
  introduce(data);
  const prototypicalConfig = modelConfig({ kind: 'prototypical' }, data.vocabulary);
  const mamlConfig = modelConfig(
    { kind: 'maml', ways: WAYS, innerLearningRate: 0.5, innerSteps: 5 },
    data.vocabulary,
  );
  const baseline = untrained(modelConfig({ kind: 'nearest-class-mean' }, data.vocabulary), options);
  const { steps } = options;
  const prototypical = await metaTrain('Prototypical', prototypicalConfig, steps, data, options);
  const maml = await metaTrain('MAML', mamlConfig, Math.ceil(steps / 2), data, options);
  console.log(
    `\nAccuracy in % on the ${WORDNET_SPLITS.metaTest.length} meta-test classes, which no model has seen:`,
  );
  console.log(
    `${WAYS}-way, ${options.episodes} episodes, ± half of the 95 % interval, chance ${100 / WAYS}\n`,
  );
  printRow('', '1-shot', '5-shot');
  for (const [name, model] of [
    ['nearest class mean, untrained', baseline],
    ['Prototypical Network', prototypical],
    ['MAML, second order', maml],
  ] as const) {
    printRow(name, test(model, 1, data, options), test(model, 5, data, options));
  }
  saveTextModel(folder, prototypicalConfig, prototypical.params);
  console.log(`\nSaved the Prototypical Network to ${folder}`);
  adaptToNewLabels(folder);
  console.log(
    '\nNext: put labels and examples of your own into the twenty lines of README.md, «Use it».',
  );
}

function introduce({ dataset, vocabulary }: DemoData): void {
  const { metaTrain, metaValidation, metaTest } = WORDNET_SPLITS;
  console.log(
    [
      'Few-shot text classification: learn to tell classes apart from five examples of each.',
      `Data: ${dataset.size.toLocaleString('en')} definitions of WordNet 3.1 in ${dataset.classes.length} classes,`,
      `of which ${metaTrain.length} for meta-training, ${metaValidation.length} for meta-validation and ${metaTest.length} for meta-test.`,
      `Model: the mean of word vectors, ${vocabulary.size.toLocaleString('en')} words, ${torch.getNumThreads()} threads.`,
      '',
    ].join('\n'),
  );
}

function untrained(config: TextModelConfig, { seed }: DemoOptions): Model {
  const built = buildTextLearner(config);
  return { ...built, params: built.learner.init(torch.generator(seed)) };
}

async function metaTrain(
  label: string,
  config: TextModelConfig,
  steps: number,
  { dataset }: DemoData,
  { seed }: DemoOptions,
): Promise<Model> {
  const { learner, vectorizer } = buildTextLearner(config);
  const training = episodeMaker(dataset, vectorizer, { part: 'metaTrain', shots: SHOTS, seed });
  const validation = episodeMaker(dataset, vectorizer, {
    part: 'metaValidation',
    shots: SHOTS,
    seed: VALIDATION_SEED,
  });
  const generator = torch.generator(seed);
  const start = learner.init(generator);
  console.log(`${label}: ${countParameters(start).toLocaleString('en')} parameters`);
  const decay = cosineDecay({ rate: LEARNING_RATE, steps });
  const { params } = await train({
    learner,
    params: start,
    optimizer: adam({ learningRate: linearWarmup({ steps: WARMUP, rate: decay }) }),
    episodes: (step) => training(TASKS, step * TASKS),
    steps,
    generator,
    evaluate: (candidate) =>
      evaluate(learner, candidate, evaluationBatches(validation, VALIDATION_EPISODES)),
    evaluateEvery: Math.max(1, Math.ceil(steps / 5)),
    logger: progressLogger({ label }),
  });
  return { learner, vectorizer, params };
}

function test(model: Model, shots: number, { dataset }: DemoData, options: DemoOptions): string {
  const make = episodeMaker(dataset, model.vectorizer, {
    part: 'metaTest',
    shots,
    seed: TEST_SEED,
  });
  const batches = evaluationBatches(make, options.episodes);
  return formatAccuracy(accuracyOf(evaluate(model.learner, model.params, batches)));
}

function printRow(name: string, oneShot: string, fiveShot: string): void {
  console.log(`  ${name.padEnd(31)}${oneShot.padEnd(14)}${fiveShot}`.trimEnd());
}

function adaptToNewLabels(folder: string): void {
  const model = loadTextModel(folder);
  const classifier = new TextClassifier(model, NEW_EXAMPLES);
  const perLabel = NEW_EXAMPLES.length / classifier.labels.length;
  console.log(
    `Loaded it again and adapted it to ${classifier.labels.length} new labels, ${perLabel} examples each:\n`,
  );
  for (const [i, { label, probability }] of classifier.predict(NEW_TEXTS).entries()) {
    const share = `${(100 * probability).toFixed(0)} %`;
    console.log(`  ${label.padEnd(9)}${share.padStart(5)}   ${NEW_TEXTS[i]}`);
  }
  classifier.dispose();
}
