import path from 'node:path';
import { counted } from '../../counted';
import type { Learner } from '../../meta';
import { nextTurn } from '../../next-turn';
import { countParameters } from '../../nn';
import { adam, cosineDecay, linearWarmup } from '../../optim';
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
import { withFolder } from '../own-folder';
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

/**
 * Meta-trains, evaluates on unseen classes, saves, adapts to new labels, and reports each step. Once `signal`
 * is aborted it saves the best Prototypical Network so far, if there is one, and ends.
 */
export function runDemo(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const folder = path.join(options.out, 'wordnet-prototypical');
  return withFolder(folder, async () => {
    const data = loadDemoData();
    introduce(data);
    await nextTurn();
    signal.throwIfAborted();
    const config = modelConfig({ kind: 'prototypical' }, data.vocabulary);
    const training = { data, options, signal };
    const model = await metaTrain('Prototypical', config, options.steps, training);
    saveTextModel(folder, config, model.params);
    if (!signal.aborted) await compare(model, training);
    if (signal.aborted) {
      console.log(`\nStopped. Saved the best Prototypical Network so far to ${folder}`);
      return;
    }
    console.log(`\nSaved the Prototypical Network to ${folder}`);
    adaptToNewLabels(folder);
    console.log('\nNext: labels and examples of your own, as in README.md, «Use it».');
  });
}

/** What all training runs share. */
type Training = { data: DemoData; options: DemoOptions; signal: AbortSignal };

/** Trains MAML too, and prints how good each model is at classes that none has seen. */
async function compare(prototypical: Model, training: Training): Promise<void> {
  const { data, options, signal } = training;
  const { vocabulary } = data;
  const config = modelConfig(
    { kind: 'maml', ways: WAYS, innerLearningRate: 0.5, innerSteps: 5 },
    vocabulary,
  );
  const maml = await metaTrain('MAML', config, Math.ceil(options.steps / 2), training);
  const baseline = untrained(modelConfig({ kind: 'nearest-class-mean' }, vocabulary), options);
  if (signal.aborted) return;
  const classes = WORDNET_SPLITS.metaTest.length;
  console.log(`\nAccuracy in % on the ${classes} meta-test classes, which no model has seen:`);
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
    await nextTurn();
    if (signal.aborted) return;
  }
}

function introduce({ dataset, vocabulary }: DemoData): void {
  const { metaTrain, metaValidation, metaTest } = WORDNET_SPLITS;
  const words = counted(vocabulary.size, 'word');
  console.log(
    [
      'Few-shot text classification: tell classes apart by five examples of each.',
      `Data: ${counted(dataset.size, 'definition')} of WordNet 3.1 in ${counted(dataset.classes.length, 'class', 'classes')},`,
      `of which ${metaTrain.length} for meta-training, ${metaValidation.length} for meta-validation and ${metaTest.length} for meta-test.`,
      `Model: the mean of word vectors, ${words}, ${counted(torch.getNumThreads(), 'thread')}.`,
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
  { data: { dataset }, options: { seed }, signal }: Training,
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
  console.log(`${label}: ${counted(countParameters(start), 'parameter')}`);
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
    signal,
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
  const labels = counted(classifier.labels.length, 'new label');
  console.log(`Loaded it again, adapted to ${labels}, ${counted(perLabel, 'example')} each:\n`);
  for (const [i, { label, probability }] of classifier.predict(NEW_TEXTS).entries()) {
    const share = `${(100 * probability).toFixed(0)} %`;
    console.log(`  ${label.padEnd(9)}${share.padStart(5)}   ${NEW_TEXTS[i]}`);
  }
  classifier.dispose();
}
