import {
  adam,
  clipByGlobalNorm,
  cosineDecay,
  linearWarmup,
  type Optimizer,
  type OptimizerState,
} from '../../lib/optim';
import type { Vocabulary } from '../../lib/text';
import { train } from '../../lib/train';
import type { TextLearner, Trained, Workshop } from './workshop';

const WARMUP = 20;

/** A learner and how it is meta-trained. */
export type MetaTraining = {
  build(vocabularySize: number, vocabulary: Vocabulary): TextLearner;
  /** Meta-training steps; 0 for what is not trained. */
  steps: number;
  /** Default: 0.03. */
  learningRate?: number;
  /** Tasks of a meta-step. Default: 8. */
  tasks?: number;
  /** Queries of each class in training; evaluation always has 15. Default: 15. */
  queries?: number;
  /** The greatest norm of the meta-gradient. Default: none. */
  maxNorm?: number;
};

/** Meta-trains on the meta-training classes by Adam, whose rate warms up and decays. */
export async function metaTrain(
  { build, steps, learningRate = 0.03, tasks = 8, queries, maxNorm }: MetaTraining,
  { vocabulary, generator, episodes }: Workshop,
): Promise<Trained> {
  const learner = build(vocabulary.size, vocabulary);
  const start = learner.init(generator);
  if (steps === 0) return { learner, params: start };
  const make = episodes('metaTrain', { queries });
  const decay = cosineDecay({ rate: learningRate, steps });
  const optimizer = adam({ learningRate: linearWarmup({ steps: WARMUP, rate: decay }) });
  const { params } = await train({
    learner,
    params: start,
    optimizer: maxNorm === undefined ? optimizer : clipped(optimizer, maxNorm),
    episodes: (step) => make(tasks, step * tasks),
    steps,
    generator,
  });
  return { learner, params };
}

/** The optimizer behind a bound on the norm of its gradients. */
function clipped<S extends OptimizerState>(optimizer: Optimizer<S>, maxNorm: number): Optimizer<S> {
  return {
    ...optimizer,
    update: (gradients, ...rest) =>
      optimizer.update(clipByGlobalNorm(gradients, maxNorm).gradients, ...rest),
  };
}
