import { flag, knownOptions, oneOf } from '../../check';
import { type Tensor, torch } from '../../torch';
import { requireTensor } from '../../torch/check-tensors';

export type EmbeddingFunctionOptions = {
  /** The row that gets no gradient. Default: none. */
  paddingIdx?: number;
  /** Divides gradients by how often a row is taken. Default: false. */
  scaleGradByFreq?: boolean;
  /** Sparse gradients. Default: false. */
  sparse?: boolean;
};

/** The rows of a table `[V, D]` at int64 indices of any shape: `[…, D]`. */
export function embedding(
  input: Tensor,
  weight: Tensor,
  options: EmbeddingFunctionOptions = {},
): Tensor {
  const known = ['paddingIdx', 'scaleGradByFreq', 'sparse'] as const;
  const given = knownOptions(options, known, 'embedding');
  const { paddingIdx = -1, scaleGradByFreq = false, sparse = false } = given;
  return torch.embedding(weight, input, paddingIdx, scaleGradByFreq, sparse);
}

const BAGS = ['sum', 'mean', 'max'] as const;

export type EmbeddingBagOptions = {
  /** Where each bag begins, for indices in one dimension. Default: each row of indices is a bag. */
  offsets?: Tensor;
  /** Default: `mean`. */
  mode?: (typeof BAGS)[number];
  /** Factors of rows, for `sum`. */
  perSampleWeights?: Tensor;
  /** The offsets end with the number of indices. Default: false. */
  includeLastOffset?: boolean;
};

/** The sum, mean or maximum of the rows of each bag: `[bags, D]`. */
export function embeddingBag(
  input: Tensor,
  weight: Tensor,
  options: EmbeddingBagOptions = {},
): Tensor {
  const name = 'embeddingBag';
  const known = ['offsets', 'mode', 'perSampleWeights', 'includeLastOffset'] as const;
  const given = knownOptions(options, known, name);
  const mode = BAGS.indexOf(oneOf(...BAGS)(given.mode ?? 'mean', 'mode', name));
  const last = flag(given.includeLastOffset ?? false, 'includeLastOffset', name);
  const isMatrix = input.ndim === 2;
  const factors = given.perSampleWeights;
  const offsets =
    given.offsets === undefined
      ? torch.arange(0, input.numel(), isMatrix ? Math.max(input.size(1), 1) : 1, {
          dtype: 'int64',
          device: input.device,
        })
      : requireTensor(given.offsets, 'offsets', name);
  const weights =
    factors === undefined ? null : requireTensor(factors, 'perSampleWeights', name).flatten();
  const [bags] = torch.embeddingBag(
    weight,
    input.flatten(),
    offsets,
    false,
    mode,
    false,
    weights,
    last,
  );
  return bags;
}
