import {
  abortSignal,
  callable,
  notNegative,
  type OptionsOf,
  optional,
  positiveFinite,
  positiveInteger,
  type ReadOptions,
  stepCount,
  withDefault,
} from '../../check';
import { TorchError } from '../../errors';
import { gradientsOf } from '../../meta/learner';
import { nextTurn } from '../../next-turn';
import { type Context, trainable } from '../../nn';
import { adamW, clipByGlobalNorm } from '../../optim';
import { RandomSource } from '../../text/random-source';
import { disposeTree, mapTree, type Tensor, type Tree, torch } from '../../torch';
import { rateOf } from '../contrastive/fine-tune';

/** A step that was taken. */
export type PretrainingStep = {
  /** From 1 to `steps`. */
  step: number;
  steps: number;
  /** Of the step's batch, before the step. */
  loss: number;
};

/** How parameters are trained on texts without labels. */
export const DESCENT = {
  /** Steps. Default: 1,000. */
  steps: withDefault(positiveInteger, 1000),
  /** Texts of a step. Default: 32. */
  batchSize: withDefault(positiveInteger, 32),
  /** The greatest learning rate, which rises for a tenth of the steps and falls to 0. Default: 1e-3. */
  learningRate: withDefault(positiveFinite, 1e-3),
  /** λ of AdamW. Default: 0.01. */
  weightDecay: withDefault(notNegative, 0.01),
  /** The greatest norm of a gradient. Default: 1. */
  maxNorm: withDefault(positiveFinite, 1),
  /** Decides on batches, noise and dropout. Default: 0. */
  seed: withDefault(stepCount, 0),
  /** Gives the training up after the step in progress; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
  /** Called after every step. */
  onStep: optional<(step: PretrainingStep) => void>(callable),
};

export type DescentOptions = OptionsOf<typeof DESCENT>;

/** What a step sees: texts, or pairs of them, and where its random numbers come from. */
export type DescentBatch<X = string> = {
  texts: readonly X[];
  random: RandomSource;
  context: Context;
};

/**
 * Trains parameters on batches of texts, all of which are seen before one comes again. What it gives are new
 * tensors that do not require gradients.
 *
 * @throws TorchError `ERR_TORCH_RUNTIME` if the loss is no finite number; the signal's reason
 */
export async function descend<P extends Tree, X = string>(
  start: P,
  texts: readonly X[],
  lossOf: (params: P, batch: DescentBatch<X>) => Tensor,
  options: ReadOptions<typeof DESCENT>,
): Promise<P> {
  const { steps, seed, weightDecay, maxNorm, signal, onStep } = options;
  const optimizer = adamW({ learningRate: rateOf(options), weightDecay });
  const batchOf = batches(texts, options.batchSize, new RandomSource(seed).fork(0));
  const random = new RandomSource(seed).fork(1);
  const context = { training: true, generator: torch.generator(seed) };
  let run = torch.scope(() => {
    const params = trainable(mapTree(([own]) => own.detach().clone(), start));
    return { params, state: optimizer.init(params) };
  });
  try {
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      let seen = Number.NaN;
      run = torch.replace(run, ({ params, state }) => {
        const batch = { texts: batchOf(), random: random.fork(step), context };
        const loss = torch.enableGrad(() => lossOf(params, batch));
        seen = finiteLoss(Number(loss.item()), step + 1, steps);
        const { gradients } = clipByGlobalNorm(gradientsOf(loss, params), maxNorm);
        const moved = torch.noGrad(() => optimizer.update(gradients, state, params));
        return { params: trainable(moved.params), state: moved.state };
      });
      onStep?.({ step: step + 1, steps, loss: seen });
      await nextTurn();
    }
    return torch.scope(() => mapTree(([own]) => own.detach(), run.params));
  } finally {
    disposeTree(run);
  }
}

/** Parameters that a loss of NaN has moved would answer all the same. */
function finiteLoss(loss: number, step: number, steps: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new TorchError(
    'ERR_TORCH_RUNTIME',
    `Expected a finite loss but received ${loss} in step ${step} of ${steps}: training has diverged, and a smaller learningRate may help`,
  );
}

/** Batches of texts in random order, again and again; one is never larger than all of them. */
function batches<X>(texts: readonly X[], size: number, random: RandomSource): () => readonly X[] {
  let left: X[] = [];
  return () => {
    const batch: X[] = [];
    while (batch.length < Math.min(size, texts.length)) {
      if (left.length === 0) left = random.shuffle([...texts]);
      batch.push(...left.splice(-1));
    }
    return batch;
  };
}
