/**
 * Nikhil Mishra, Mostafa Rohaninejad, Xi Chen, Pieter Abbeel: A Simple Neural Attentive Meta-Learner,
 * ICLR 2018, https://arxiv.org/abs/1707.03141
 *
 *   logits(x) = the last step of SNAIL([f(x₁); y₁], …, [f(xₛ); yₛ], [f(x); 0])
 *   SNAIL = attention, TC(L), attention, TC(L), attention, linear
 *   TC(L) = dense blocks of dilations 1, 2, 4, … below L, the length of the sequence
 */
import {
  hasHoles,
  type OptionsOf,
  positiveInteger,
  type ReadOptions,
  readOptions,
  required,
  withDefault,
} from '../../check';
import { invalidArgument } from '../../errors';
import { type Layer, type LinearParams, linear } from '../../nn/index';
import { type Tensor, type Tree, torch } from '../../torch/index';
import { ENCODER } from '../embedder';
import { embeddingLearner } from '../embedding-learner';
import { IGNORED } from '../episode';
import type { Learner } from '../learner';
import { parts, sized } from '../parts';
import { oneHot, QUERY_LOSS } from '../task-loss';
import { raiseLabels } from './raise-labels';
import { attentionBlock, type Block, type BlockParams, denseBlock } from './snail-blocks';

type Sizes = readonly (readonly [number, number])[];

/** What the options beside layers are checked by. */
export const SNAIL = {
  /** D: the size of the embeddings. */
  dimensions: required(positiveInteger),
  /** N: the ways; labels are part of the steps, so that it cannot change. */
  ways: required(positiveInteger),
  /** L: the longest sequence, N·K + 1. Longer ones work, but convolutions do not span them. */
  length: required(positiveInteger),
  /** Features that a dense block adds. Default: 128. */
  filters: withDefault(positiveInteger, 128),
  /** Key and value sizes of the attention blocks. Default: [[64, 32], [256, 128], [512, 256]]. */
  attention: withDefault(attentionSizes, [
    [64, 32],
    [256, 128],
    [512, 256],
  ]),
  ...QUERY_LOSS,
};

export type SnailOptions<E extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
} & OptionsOf<typeof SNAIL>;

export type SnailParams<E extends Tree> = {
  encoder: E;
  blocks: BlockParams[];
  output: LinearParams;
};

/** The support set's steps as each block takes them, `[T, s, C]`; `present` is `[T, s, 1]`. */
export type SnailAdapted<E extends Tree> = {
  params: SnailParams<E>;
  steps: Tensor[];
  present: Tensor;
};

/**
 * SNAIL with the architecture of the paper's few-shot classification. The order of the support set
 * matters, as in the paper.
 *
 * @throws ArgumentRangeError unless sizes are positive integers, or if tasks have other than N ways;
 *   ArgumentTypeError for options of another type, or unknown
 */
export function snail<E extends Tree, I extends Tree = Tensor>(
  options: SnailOptions<E, I>,
): Learner<SnailParams<E>, SnailAdapted<E>, I> {
  const read = readOptions({ ...ENCODER, ...SNAIL }, options, 'snail');
  const { encoder, dimensions, ways, loss } = read;
  const blocks = snailBlocks(read);
  // Features of the steps that each block takes.
  const sizes = [dimensions + ways, ...blocks.map((block) => block.size)].slice(0, -1);
  const output = linear({ inFeatures: blocks.at(-1)?.size ?? 0, outFeatures: ways });
  return embeddingLearner({
    learner: 'snail',
    encoder,
    loss,
    dimensions,
    ways,
    own: (generator) => ({
      blocks: blocks.map((block, i) => {
        const params = block.init(generator);
        for (const { weight } of Object.values(params)) raiseLabels(weight, sizes[i] ?? 0, read);
        return params;
      }),
      output: output.init(generator),
    }),
    held: {
      steps: parts(sizes.map((size) => sized('T', 's', size))),
      present: sized('T', 's', 1),
    },
    adapt(params, embedded, labels) {
      const rows = torch.cat([embedded, oneHot(labels, ways, embedded)], -1);
      const { x: start, present } = gathered(rows, labels.ne(IGNORED));
      let x = start;
      const steps = blocks.map((block, i) => {
        const before = x;
        x = block.support(params.blocks[i] ?? {}, before, present);
        return before;
      });
      return { steps, present };
    },
    fits: ({ present }) => present,
    predict(params, { steps, present }, embedded) {
      let x = embedded.constantPadNd([0, ways]);
      for (const [i, block] of blocks.entries()) {
        x = block.query(params.blocks[i] ?? {}, x, steps[i] ?? x, present);
      }
      return output.apply(params.output, x);
    },
  });
}

function attentionSizes(value: unknown, name: string, operator: string): Sizes {
  const isList = Array.isArray(value) && value.length > 0 && !hasHoles(value);
  if (isList && value.every(isPair)) return value;
  const expected = 'a list of [keySize, valueSize]';
  throw invalidArgument(expected, `${name} of ${operator}`, value, operator);
}

function isPair(pair: unknown): pair is readonly [number, number] {
  return (
    Array.isArray(pair) &&
    pair.length === 2 &&
    !hasHoles(pair) &&
    pair.every((n) => Number.isSafeInteger(n) && n > 0)
  );
}

function snailBlocks(options: ReadOptions<typeof SNAIL>): Block[] {
  const { dimensions, ways, length, filters, attention } = options;
  const blocks: Block[] = [];
  let size = dimensions + ways;
  const add = (block: Block): void => {
    blocks.push(block);
    size = block.size;
  };
  for (const [i, [keySize, valueSize]] of attention.entries()) {
    for (let d = 1; i > 0 && d < length; d *= 2) add(denseBlock(size, filters, d));
    add(attentionBlock(size, keySize, valueSize));
  }
  return blocks;
}

/** The rows that are there moved to the end, in their order; zeros before them start the sequence. */
function gathered(rows: Tensor, there: Tensor): { x: Tensor; present: Tensor } {
  const [sorted, order] = there.to('int64').sort({ stable: true, dim: 1 });
  const present = sorted.unsqueeze(-1).to(rows);
  const x = rows.gather(1, order.unsqueeze(-1).expand(rows.shape)).mul(present);
  return { x, present };
}
