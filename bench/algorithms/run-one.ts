import { episodeMaker, evaluationBatches, loadDemoData } from '../../lib/cli/demo/task';
import { countParameters } from '../../lib/nn';
import {
  adam,
  clipByGlobalNorm,
  cosineDecay,
  linearWarmup,
  type Optimizer,
  type OptimizerState,
} from '../../lib/optim';
import { Vectorizer, WordTokenizer } from '../../lib/text';
import { torch } from '../../lib/torch';
import { type Estimate, evaluate, train } from '../../lib/train';
import type { Algorithm } from './registry';

const SHOTS = 5;
const WARMUP = 20;
const SEED = 1;
const TEST_SEED = 2_000_003;

/** What one algorithm did. */
export type Result = {
  title: string;
  oneShot: Estimate;
  fiveShot: Estimate;
  parameters: number;
  /** Meta-steps of training; 0 for what is not trained. */
  steps: number;
  /** Milliseconds of one meta-step, the making of the episodes included. */
  stepMs: number;
  /** Of loading the data, training and evaluation. */
  seconds: number;
  /** Peak resident memory of the process, in MiB. */
  peakMiB: number;
};

/** Meta-trains one algorithm on the embedded data and judges it on unseen classes. */
export async function runOne(algorithm: Algorithm, episodes: number): Promise<Result> {
  const loading = performance.now();
  const { dataset, vocabulary } = loadDemoData();
  const vectorizer = new Vectorizer({ tokenizer: new WordTokenizer(), vocabulary, maxLength: 32 });
  const learner = algorithm.build(vocabulary.size, vocabulary);
  const generator = torch.generator(SEED);
  const start = learner.init(generator);
  const { steps, learningRate = 0.03, tasks = 8, queries, maxNorm } = algorithm;
  const training = episodeMaker(dataset, vectorizer, {
    part: 'metaTrain',
    shots: SHOTS,
    seed: SEED,
    ...(queries !== undefined && { queries }),
  });
  const decay = cosineDecay({ rate: learningRate, steps: Math.max(steps, 1) });
  const optimizer = adam({ learningRate: linearWarmup({ steps: WARMUP, rate: decay }) });
  const began = performance.now();
  const { params } =
    steps === 0
      ? { params: start }
      : await train({
          learner,
          params: start,
          optimizer: maxNorm === undefined ? optimizer : clipped(optimizer, maxNorm),
          episodes: (step) => training(tasks, step * tasks),
          steps,
          generator,
        });
  const stepMs = steps === 0 ? 0 : (performance.now() - began) / steps;
  const accuracy = (shots: number): Estimate =>
    evaluate(
      learner,
      params,
      evaluationBatches(
        episodeMaker(dataset, vectorizer, { part: 'metaTest', shots, seed: TEST_SEED }),
        episodes,
      ),
    );
  return {
    title: algorithm.title,
    oneShot: accuracy(1),
    fiveShot: accuracy(5),
    parameters: countParameters(start),
    steps,
    stepMs,
    seconds: (performance.now() - loading) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

/** The optimizer behind a bound on the norm of its gradients. */
function clipped<S extends OptimizerState>(optimizer: Optimizer<S>, maxNorm: number): Optimizer<S> {
  return {
    ...optimizer,
    update: (gradients, ...rest) =>
      optimizer.update(clipByGlobalNorm(gradients, maxNorm).gradients, ...rest),
  };
}
