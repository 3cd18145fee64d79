import { positiveInteger, required } from '../check';
import { outOfRange } from '../errors';
import type { Layer } from '../nn';
import { layerOf } from '../nn/layer';
import type { Tensor, Tree } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';
import { checkSupport, type Examples } from './episode';
import type { AdaptOptions } from './learner';
import { liftedLayer } from './lifted-layer';

const HELD = 'adapted values';

export type EmbedderOptions<E extends Tree, I extends Tree> = {
  /** For errors. */
  learner: string;
  /** Lifted over tasks unless it declares their axis. */
  encoder: Layer<E, I>;
  /** D, where the learner's parameters depend on it. */
  dimensions?: number;
  /** N, where they depend on it. */
  ways?: number;
};

/** An encoder that refuses examples which cannot be meant. */
export type Embedder<E extends Tree, I extends Tree> = {
  /**
   * The embedded support set `[T, s, D]`.
   *
   * @throws ArgumentRangeError, ArgumentTypeError if it is not one, or has other ways or another D
   */
  support(params: E, examples: Examples<I>, ways: number, options?: AdaptOptions): Tensor;
  /**
   * Embedded queries `[T, q, D]` of the T tasks that have adapted: those of one task would be
   * broadcast to all.
   *
   * @param held what adapting has given, `[T, …, D]`, or `[T, …]` where D is among the options
   * @throws ArgumentRangeError, ArgumentTypeError if inputs are of another number of tasks, or size
   */
  query(params: E, inputs: I, held: Tensor, options?: AdaptOptions): Tensor;
};

export function embedder<E extends Tree, I extends Tree>({
  learner,
  encoder,
  dimensions,
  ways: fixed,
}: EmbedderOptions<E, I>): Embedder<E, I> {
  const lifted = liftedLayer(encoder, 'shared', 'encoder', learner);
  return {
    support(params, examples, ways, options = {}) {
      checkWays(ways, fixed, learner);
      const { inputs, labels } = examples;
      const embedded = lifted.apply(params, inputs, options);
      checkSupport(embedded, labels, ways, learner);
      if (dimensions === undefined || embedded.size(2) === dimensions) return embedded;
      const expected = `[T, s, ${dimensions}]`;
      throw wrongShape(expected, 'embedded support set', embedded.shape, learner);
    },
    query(params, inputs, held, options = {}) {
      const embedded = lifted.apply(params, inputs, options);
      checkQueries(embedded, held, dimensions ?? shapeOf(held, HELD, learner).at(-1), learner);
      return embedded;
    },
  };
}

/**
 * Refuses embedded queries that are not `[T, q, D]`.
 *
 * @param held what T tasks have adapted to, `[T, …]`
 * @param size D; undefined for any
 */
export function checkQueries(
  embedded: Tensor,
  held: Tensor,
  size: number | undefined,
  learner: string,
): void {
  const [tasks] = shapeOf(held, HELD, learner);
  const shape = shapeOf(embedded, 'embedded queries', learner);
  if (shape.length === 3 && shape[0] === tasks && (size ?? shape[2]) === shape[2]) return;
  throw wrongShape(`[${tasks}, q, ${size ?? 'D'}]`, 'embedded queries', shape, learner);
}

/** Refuses ways that are not a positive integer, or not those of the parameters. */
export function checkWays(ways: number, fixed: number | undefined, learner: string): void {
  positiveInteger(ways, 'ways', learner);
  if (fixed === undefined || ways === fixed) return;
  throw outOfRange(`${fixed}`, `ways of ${learner}`, ways, learner);
}

/** The option that every learner of embeddings has. */
export const ENCODER = { encoder: required(layerOf) };
