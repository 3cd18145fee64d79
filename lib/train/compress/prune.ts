import {
  flag,
  oneOf,
  properFraction,
  type ReadOptions,
  required,
  strictObject,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import { flattenTree, mapTree, type Tensor, type Tree, torch } from '../../torch';
import type { InputMoments } from './input-moments';
import { leastSquares } from './least-squares';

export const PRUNE = {
  /** The share of the weights that become 0, in (0, 1). */
  share: required(properFraction),
  /**
   * Which weights become 0: the smallest of all (`global`) or of each matrix (`layer`), or, of each output of a
   * linear layer, those that are smallest times the norm of the input that they multiply (`wanda`; Mingjie Sun et
   * al.: A Simple and Effective Pruning Approach for Large Language Models, ICLR 2024,
   * https://arxiv.org/abs/2306.11695). `least-squares` takes away what `wanda` does, and lets the others make up for
   * it; see `leastSquares`. Default: `least-squares`.
   */
  method: withDefault(oneOf('least-squares', 'wanda', 'layer', 'global'), 'least-squares'),
  /** Prune the vectors of words and positions as well. Default: false. */
  embeddings: withDefault(flag, false),
};

/** Returns `value` if it says how to prune. */
export const pruneCheck = strictObject(PRUNE);

export type PruneOptions = ReadOptions<typeof PRUNE>;

/** Tables with a row for each word, position or bucket, by the names that layers give them. */
const TABLE = /(?:^|\.)(?:embeddings?|relativePositions)(?:\.|$)/u;

/** True for methods that have to see inputs. */
export function needsInputs({ method }: PruneOptions): boolean {
  return method === 'least-squares' || method === 'wanda';
}

/**
 * New parameters in which a share of the weights is 0. Vectors, such as biases and the scales of normalisations,
 * stay as they are.
 *
 * @param moments for methods that need inputs; a matrix that is not among them is pruned by its own magnitude
 * @throws ArgumentRangeError for parameters without such weights, or in another precision than float32
 */
export function pruned<T extends Tree>(params: T, options: PruneOptions, moments: InputMoments): T {
  const { share, method } = options;
  const weights = prunable(params, options.embeddings);
  return torch.noGrad(() =>
    torch.scope(() => {
      const matrices = new Set(weights);
      const limit = method === 'global' ? limitOf(weights, share) : undefined;
      return mapTree(([own]) => {
        if (!matrices.has(own)) return own.clone();
        const moment = needsInputs(options) ? moments.get(own) : undefined;
        if (moment !== undefined) return prunedByInputs(own, options, moment);
        return torch.scope(() => own.mul(own.abs().gt(limit ?? limitOf([own], share))));
      }, params);
    }),
  );
}

function prunedByInputs(own: Tensor, { share, method }: PruneOptions, moment: Tensor): Tensor {
  return torch.scope(() => {
    const count = own.size(1) - Math.round(share * own.size(1));
    const scores = own.abs().mul(moment.diagonal().sqrt());
    const kept = scores.topk(count, 1)[1];
    if (method === 'least-squares') return leastSquares(own, kept, moment);
    return own.newZeros(own.shape).scatter(1, kept, own.gather(1, kept));
  });
}

/** The share of weights that are 0 among those that `pruned` takes into account. */
export function zeroShare(params: Tree, embeddings: boolean): number {
  const weights = prunable(params, embeddings);
  return torch.scope(() => {
    const zeros = weights.reduce((sum, own) => sum + Number(own.eq(0).sum().item()), 0);
    return zeros / weights.reduce((sum, own) => sum + own.numel(), 0);
  });
}

/** Matrices and the kernels of convolutions, with or without tables. */
function prunable(params: Tree, embeddings: boolean): Tensor[] {
  const found = Object.entries(flattenTree(params)).filter(
    ([path, { ndim }]) => ndim >= 2 && (embeddings || !TABLE.test(path)),
  );
  const narrow = found.find(([, { dtype }]) => dtype !== 'float32');
  if (narrow !== undefined) {
    const [path, { dtype }] = narrow;
    throw outOfRange('float32', `the dtype of ${path} for prune of compress`, dtype, 'compress');
  }
  if (found.length > 0) return found.map(([, own]) => own);
  const expected = embeddings
    ? 'an encoder with weights'
    : 'an encoder with weights beside its embeddings, or embeddings: true,';
  throw outOfRange(expected, 'prune of compress', 'one without', 'compress');
}

/** The greatest magnitude of those weights that become 0. */
function limitOf(weights: readonly Tensor[], share: number): number {
  return torch.scope(() => {
    const sizes = torch.cat(weights.map((own) => own.flatten())).abs();
    const count = Math.round(share * sizes.numel());
    return count === 0 ? -1 : Number(sizes.kthvalue(count)[0].item());
  });
}
