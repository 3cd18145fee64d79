import type { Prototypes } from '../../lib/meta';
import type { LinearParams } from '../../lib/nn';
import { type AdamState, adam } from '../../lib/optim';
import { type Tensor, torch } from '../../lib/torch';
import { type Evaluation, type TrainOptions, type TrainResult, train } from '../../lib/train';
import { noisyLearner, noisyTasks } from './noisy-tasks';

export type Options = TrainOptions<LinearParams, Prototypes<LinearParams>, Tensor, AdamState>;

export const learner = noisyLearner();
export const start = learner.init(torch.generator(1));
export const startWeights = start.weight.data();

/** Trains the tiny model with what a test changes. */
export function run(options: Partial<Options> = {}): Promise<TrainResult<LinearParams>> {
  return train({
    learner,
    params: start,
    optimizer: adam({ learningRate: 0.02 }),
    episodes: noisyTasks,
    steps: 4,
    ...options,
  });
}

/** An accuracy as a validation would give it. */
export function evaluationOf(mean: number): Evaluation {
  return {
    loss: { mean: 1, halfWidth: 0.1, count: 2 },
    accuracy: { mean, halfWidth: 0.01, count: 2 },
  };
}

/** Evaluations as a validation would give them, one after the other. */
export function scripted(
  means: readonly number[],
  seen: (params: LinearParams) => void = () => {},
) {
  let at = 0;
  return (params: LinearParams): Evaluation => {
    seen(params);
    return evaluationOf(means[at++] ?? 0);
  };
}
