/**
 * Adam Santoro, Sergey Bartunov, Matthew Botvinick, Daan Wierstra, Timothy Lillicrap: Meta-Learning
 * with Memory-Augmented Neural Networks, ICML 2016, https://arxiv.org/abs/1605.06065
 *
 *   hₜ = LSTM([f(xₜ); yₜ₋₁; rₜ₋₁], hₜ₋₁)
 *   kₜ = tanh(W_k [hₜ; f(xₜ)] + b_k);   aₜ = kₜ₋₁ + tanh(W_a hₜ + b_a);   g = σ(W_g hₜ + b_g)
 *   read:   w^r ← softmax over slots of β cos(kₜ, M);   rₜ = w^r M
 *   write:  w^w ← g w^r of the step before + (1 − g) w^lu;   M ← M without the least used + w^wᵀ aₜ
 *   then:   w^u ← γ w^u + w^r + w^w;   logits: W_o [hₜ; rₜ] + b_o
 *
 * A label comes one step after its input, so that it has to be bound to it in memory. What is written
 * then is about the input before, found again by its key; what is looked up is about the input now.
 */
import {
  callable,
  checkOptions,
  fraction,
  numberWhere,
  type OptionsOf,
  oneOf,
  optional,
  positiveFinite,
  positiveInteger,
  readOptions,
  required,
  withDefault,
} from '../../check';
import type { Layer } from '../../nn/index';
import { type Generator, type Tensor, type Tree, torch } from '../../torch/index';
import { checkExamples, checkedLearner, checkParameters } from '../checked-learner';
import { ENCODER, embedder } from '../embedder';
import { type Examples, IGNORED } from '../episode';
import {
  ADAPT_OPTIONS,
  type AdaptOptions,
  adaptScope,
  gradientsOf,
  type Learner,
  queryLoss,
} from '../learner';
import { shuffleRows } from '../minibatches';
import { learned, tree } from '../parts';
import { oneHot, type TaskLoss } from '../task-loss';
import {
  type MannState,
  memoryNetwork,
  type NetworkParams,
  type Sequence,
  stateParts,
} from './mann-network';

export type { MannState };

/** What the options beside layers are checked by. */
export const MANN = {
  /** D: the size of the embeddings. */
  dimensions: required(positiveInteger),
  /** N: the ways; the controller sees labels one-hot, so that it cannot change. */
  ways: required(positiveInteger),
  /** The size of the LSTM. Default: 200. */
  hiddenSize: withDefault(positiveInteger, 200),
  /** The numbers of M's rows. Default: 128. */
  slots: withDefault(positiveInteger, 128),
  /** The size of each. Default: 40. */
  wordSize: withDefault(positiveInteger, 40),
  /** Heads, each with a key of its own; the i-th writes to the i-th least used slot. Default: 4. */
  reads: withDefault(positiveInteger, 4),
  /** γ: how fast use is forgotten, in [0, 1]. Default: 0.95. */
  decay: withDefault(fraction, 0.95),
  /**
   * β: how much cosines count, the key strength of Graves et al., «Neural Turing Machines», 2014,
   * equation 5. The paper has none, so that what is read is close to the mean over the slots.
   * Default: 1.
   */
  keyStrength: withDefault(positiveFinite, 1),
  /**
   * What training counts: the `queries` after the support set, as it is used; or as in the paper every
   * step of the `sequence` that support and query set make up, in an order drawn by the generator, which
   * takes longer to learn. Default: `queries`.
   */
  trainOn: withDefault(oneOf('sequence', 'queries'), 'queries'),
  /** The loss of what training counts. Default: the cross-entropy of each task. */
  loss: optional<TaskLoss>(callable),
};

export type MannOptions<E extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
} & OptionsOf<typeof MANN>;

export type MannParams<E extends Tree> = NetworkParams & { encoder: E };
export type MannAdapted<E extends Tree> = { params: MannParams<E>; state: MannState };

/** A learner that can also be asked at every step of a sequence. */
export interface Mann<E extends Tree, I extends Tree>
  extends Learner<MannParams<E>, MannAdapted<E>, I> {
  /** The logits `[T, n, N]` for each of n examples, before its own label comes. */
  sequence(params: MannParams<E>, examples: Examples<I>, options?: AdaptOptions): Tensor;
}

/**
 * Memory-augmented neural networks. `adapt` presents the support set in its order; each query is
 * presented to what memory then holds, and forgotten again. Of training on sequences, loss and
 * accuracy are those of all steps, the first of each class among them.
 *
 * @throws ArgumentRangeError if an option is out of range, or tasks have other than N ways;
 *   ArgumentTypeError for options of another type, or unknown, and when training on sequences without a
 *   generator
 */
export function mann<E extends Tree, I extends Tree = Tensor>(
  options: MannOptions<E, I>,
): Mann<E, I> {
  const read = readSizes(options);
  const { encoder, dimensions, ways, trainOn, loss } = read;
  const network = memoryNetwork(read);
  const embed = embedder({ learner: 'mann', encoder, dimensions, ways });
  const own = (generator: Generator) => network.init(generator);
  const params = learned({ encoder: tree }, own);
  const parts = { learner: 'mann', params, adapted: { params, state: stateParts(read) } };
  const along = (params: MannParams<E>, x: Tensor, labels: Tensor): Tensor => {
    const { outputs } = network.present(params, sequenceOf(x, labels, ways));
    return network.logits(params, torch.stack(outputs, 1));
  };
  const embedded = (params: MannParams<E>, set: Examples<I>, given: number, own: AdaptOptions) =>
    embed.support(params.encoder, set, given, own);
  const learner = checkedLearner<MannParams<E>, MannAdapted<E>, I>(parts, {
    ...(loss && { loss }),
    ...(trainOn === 'sequence' && {
      reduction: 'mean',
      metaGradient: alongSequences({ embedded, along, loss }),
    }),
    classifies: true,
    init: (generator) => ({ encoder: encoder.init(generator), ...own(generator) }),
    adapt: (params, support, given, options = {}) =>
      adaptScope(options, () => {
        const x = embed.support(params.encoder, support, given, options);
        return {
          params,
          state: network.present(params, sequenceOf(x, support.labels, ways)).state,
        };
      }),
    predict: ({ params, state }, inputs, options = {}) =>
      adaptScope(options, () =>
        network.answer(params, embed.query(params.encoder, inputs, state.h, options), state),
      ),
  });
  return {
    ...learner,
    sequence(params, examples, options = {}) {
      checkParameters(params, parts);
      checkExamples(examples, 'examples of the', 'mann');
      checkOptions(options, ADAPT_OPTIONS, 'mann');
      return adaptScope(options, () =>
        along(params, embedded(params, examples, ways, options), examples.labels),
      );
    },
  };
}

type SequenceRule<E extends Tree, I extends Tree> = {
  embedded(params: MannParams<E>, set: Examples<I>, ways: number, options: AdaptOptions): Tensor;
  along(params: MannParams<E>, x: Tensor, labels: Tensor): Tensor;
  loss: TaskLoss | undefined;
};

/** The gradient of the loss at every step of support and query set, in an order of their own. */
function alongSequences<E extends Tree, I extends Tree>({
  embedded,
  along,
  loss,
}: SequenceRule<E, I>): NonNullable<Mann<E, I>['metaGradient']> {
  return (params, { support, query, ways }, options = {}) =>
    torch.scope(() => {
      const context = { training: true, ...options, differentiable: true };
      const rows = [support, query].map((set) => embedded(params, set, ways, context));
      const { x, labels } = shuffleRows(
        torch.cat(rows, 1),
        torch.cat([support.labels, query.labels], 1),
        context.generator,
      );
      const { mean, ...seen } = queryLoss(loss, along(params, x, labels), labels, true);
      return { gradients: gradientsOf(mean, params), ...seen };
    });
}

/** The options, with no more heads than slots. */
function readSizes<E extends Tree, I extends Tree>(options: MannOptions<E, I>) {
  const read = readOptions({ ...ENCODER, ...MANN }, options, 'mann');
  const { reads, slots } = read;
  numberWhere((n) => n <= slots, 'at most the number of slots', reads, 'reads', 'mann');
  return read;
}

function sequenceOf(x: Tensor, labels: Tensor, ways: number): Sequence {
  const anyIgnored = labels.eq(IGNORED).any().item() === true;
  return {
    x,
    labels: oneHot(labels, ways, x),
    ...(anyIgnored && { present: labels.ne(IGNORED) }),
  };
}
