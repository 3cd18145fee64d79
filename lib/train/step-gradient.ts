import { invalidArgument } from '../errors';
import { type Episodes, type Learner, metaGradient } from '../meta';
import { taskCount } from '../meta/episode';
import { clipByGlobalNorm } from '../optim';
import { type Generator, leaves, mapTree, type Tree, torch } from '../torch';
import type { StepReport } from './callbacks/callback';

/** How numbers are computed in: `bfloat16` is autocast, with parameters and losses in float32. */
export type TrainPrecision = 'float32' | 'bfloat16';

/** What the gradient of a step depends on. */
export type GradientOptions<P extends Tree, A, I extends Tree> = {
  learner: Learner<P, A, I>;
  /** Null for a batch of which nothing is this rank's, among `ranks`. */
  episodes: (batch: number) => Episodes<I> | null;
  /** Whether others compute as well. */
  ranks?: boolean;
  accumulate: number;
  precision: TrainPrecision;
  clipNorm?: number | undefined;
  tasksAtOnce?: number | undefined;
  generator?: Generator | undefined;
};

/** What is reported of a step's gradient. */
export type Seen = Pick<StepReport, 'loss' | 'accuracy' | 'gradientNorm' | 'episodes'>;

/**
 * The gradient of a step: the mean over the episodes of its batches, clipped if that is asked for.
 *
 * @param step from 0
 */
export function stepGradient<P extends Tree, A, I extends Tree>(
  options: GradientOptions<P, A, I>,
  params: P,
  step: number,
): { gradients: P; seen: Seen } {
  return clipped(meanGradient(options, params, step), options.clipNorm);
}

/** The gradient clipped, if that is asked for, and what is reported of it. */
export function clipped<P extends Tree>(
  { gradients, loss, accuracy, episodes }: Sum<P>,
  clipNorm: number | undefined,
): { gradients: P; seen: Seen } {
  const seen = { episodes, loss, ...(!Number.isNaN(accuracy) && { accuracy }) };
  if (clipNorm === undefined) return { gradients, seen };
  const { gradients: scaledDown, norm } = clipByGlobalNorm(gradients, clipNorm);
  return { gradients: scaledDown, seen: { ...seen, gradientNorm: Number(norm.item()) } };
}

/** Means over episodes, and how many there were. */
export type Sum<P extends Tree> = {
  gradients: P;
  loss: number;
  accuracy: number;
  episodes: number;
  /** How many things the gradient is the mean of, as a rule the episodes. */
  weight: number;
};

/** The mean over the episodes of a step's batches. */
export function meanGradient<P extends Tree, A, I extends Tree>(
  options: GradientOptions<P, A, I>,
  params: P,
  step: number,
): Sum<P> {
  const batches = options.accumulate;
  const first = batchGradient(options, params, step, step * batches);
  if (batches === 1) return first;
  let sum = scaled(first, first);
  for (let i = 1; i < batches; i++) {
    sum = torch.replace(sum, (before) => {
      const own = batchGradient(options, params, step, step * batches + i);
      const { episodes, weight } = own;
      return {
        gradients: mapTree(
          ([all, g]) => all.add(g, { alpha: weight }),
          before.gradients,
          own.gradients,
        ),
        loss: before.loss + episodes * own.loss,
        accuracy: before.accuracy + episodes * own.accuracy,
        episodes: before.episodes + episodes,
        weight: before.weight + weight,
      };
    });
  }
  const { episodes, weight } = sum;
  return scaled(sum, { episodes: 1 / Math.max(episodes, 1), weight: 1 / Math.max(weight, 1) });
}

function scaled<P extends Tree>(sum: Sum<P>, by: Pick<Sum<P>, 'episodes' | 'weight'>): Sum<P> {
  return {
    ...sum,
    gradients: mapTree(([g]) => g.mul(by.weight), sum.gradients),
    loss: sum.loss * by.episodes,
    accuracy: sum.accuracy * by.episodes,
  };
}

function batchGradient<P extends Tree, A, I extends Tree>(
  options: GradientOptions<P, A, I>,
  params: P,
  step: number,
  batch: number,
): Sum<P> {
  const { learner, precision, generator, tasksAtOnce } = options;
  return torch.scope(() => {
    const made = options.episodes(batch);
    if (made === null) {
      if (options.ranks) return nothing(params);
      throw invalidArgument('episodes', 'the result of episodes', made, 'train');
    }
    const gradient = () =>
      metaGradient(learner, params, made, {
        training: true,
        step,
        ...(generator && { generator }),
        ...(tasksAtOnce !== undefined && { tasksAtOnce }),
      });
    const device = leaves(params)[0]?.device.split(':')[0] ?? 'cpu';
    const own = precision === 'bfloat16' ? torch.autocast(device, precision, gradient) : gradient();
    const episodes = taskCount(made.query);
    return { weight: episodes, ...own, episodes };
  });
}

function nothing<P extends Tree>(params: P): Sum<P> {
  const gradients = torch.noGrad(() => mapTree(([p]) => p.zerosLike(), params));
  return { gradients, loss: 0, accuracy: 0, episodes: 0, weight: 0 };
}
