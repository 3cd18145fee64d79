import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Prototypes } from '../../../lib/meta';
import type { LinearParams } from '../../../lib/nn';
import { type AdamState, adam, type PlateauSchedule, reduceOnPlateau } from '../../../lib/optim';
import { disposeTree, type Tensor, torch } from '../../../lib/torch';
import { type CheckpointOptions, evaluate, type TrainOptions, train } from '../../../lib/train';
import { checkpointPath } from '../../../lib/train/checkpoints/checkpoint-folder';
import { noisyLearner, noisyTasks } from '../noisy-tasks';

export type Options = TrainOptions<LinearParams, Prototypes<LinearParams>, Tensor, AdamState>;

const learner = noisyLearner(0.5);
export const start = learner.init(torch.generator(1));

/** A run with dropout, a validation, a plateau and checkpoints at every step. */
export function options(checkpoints: CheckpointOptions, change: Partial<Options> = {}): Options {
  const plateau: PlateauSchedule = reduceOnPlateau({ rate: 0.05, patience: 1, factor: 0.5 });
  return {
    learner,
    params: start,
    optimizer: adam({ learningRate: plateau }),
    plateau,
    episodes: noisyTasks,
    steps: 12,
    generator: torch.generator(7),
    evaluate: (params) => evaluate(learner, params, [() => noisyTasks(1001)]),
    evaluateEvery: 2,
    checkpoints: { every: 1, ...checkpoints },
    ...change,
  };
}

/** Runs to the end and gives the sha256 of the last checkpoint, which has everything of a run. */
export async function hashAfter(folder: string, change: Partial<Options> = {}): Promise<string> {
  const { params, steps } = await train(options({ folder }, change));
  disposeTree(params);
  return createHash('sha256')
    .update(readFileSync(checkpointPath(folder, steps)))
    .digest('hex');
}

/** Runs until a step and stops there. */
export async function cutAt(step: number, folder: string, change: Partial<Options> = {}) {
  const controller = new AbortController();
  const result = await train(
    options(
      { folder },
      {
        ...change,
        signal: controller.signal,
        logger: { step: (report) => report.step === step && controller.abort('cut') },
      },
    ),
  );
  disposeTree(result.params);
  return result;
}
