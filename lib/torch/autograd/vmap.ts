import { callable, knownOptions, positiveInteger } from '../../check';
import { ArgumentTypeError, invalidArgument } from '../../errors';
import { binding } from '../binding';
import { handleOf } from '../handle';
import { scope } from '../scope';
import { synchronous } from '../synchronous';
import { type Tensor, tensorOf } from '../tensor';
import type { Tree } from '../tree';
import { applyToChunks } from './vmap-chunks';
import { batchSize, mapWithDims, type VmapDims, wrapDim } from './vmap-dims';

const KNOWN = ['inDims', 'outDims', 'randomness', 'chunkSize'] as const;
const RANDOMNESS = ['error', 'different', 'same'] as const;

export type VmapOptions = {
  /**
   * The samples' dimension of the arguments: one for all, or an array with one for each, which may be
   * a tree that follows the argument's. Null shares an argument among samples; anything but a tensor has
   * to be shared. Default: 0.
   */
  inDims?: VmapDims;
  /**
   * Where the samples' dimension of the results goes, likewise; null for what is the same for all samples,
   * and has none. Default: 0.
   */
  outDims?: VmapDims;
  /** Whether random operators are refused, or draw for each sample, or once for all. Default: `error`. */
  randomness?: (typeof RANDOMNESS)[number];
  /** Apply `fn` to so many samples at a time, for less memory. Default: all of them. */
  chunkSize?: number;
};

/**
 * A function that applies `fn` to every sample, as a loop would, with one call of each operator. `fn`
 * sees tensors without the samples' dimension, and the results are stacked.
 *
 *     const dots = torch.vmap((a, b) => a.dot(b));
 *     dots(torch.randn([5, 3]), torch.randn([5, 3])); // [5]
 *
 * It nests, and results can be differentiated. Inside `fn`, gradients are each sample's own: with
 * respect to a tensor that varies among samples they cost one pass, and `torch.valueAndGrad` makes
 * its parameters vary; `torch.grad` with respect to a tensor that all samples share costs as much as
 * a pass for every sample. `fn` runs in a scope: what it makes and does not return is disposed of.
 *
 * Data cannot be read inside: `item()`, `data()` and `toString()` throw.
 *
 * @throws ArgumentTypeError if sizes or dimensions do not fit, there are dimensions for what is not
 *   there, or `fn` returns other than tensors
 * @throws TorchError `ERR_TORCH_VMAP` where an operator cannot work on samples
 */
export function vmap<A extends readonly unknown[], O extends Tree>(
  fn: (...args: A) => O,
  options: VmapOptions = {},
): (...args: A) => O {
  callable(fn, 'fn', 'vmap');
  const known = knownOptions(options, KNOWN, 'vmap');
  const { inDims = 0, outDims = 0, randomness = 'error', chunkSize } = known;
  if (!RANDOMNESS.includes(randomness)) {
    throw invalidArgument(`'error', 'different' or 'same'`, 'randomness', randomness, 'vmap');
  }
  if (chunkSize !== undefined) positiveInteger(chunkSize, 'chunkSize', 'vmap');
  const apply = (args: A, size: number): O =>
    applyToAll(fn, args, size, inDims, outDims, randomness);
  return (...args) => {
    const size = batchSize(args, inDims);
    if (chunkSize === undefined || size <= chunkSize) return apply(args, size);
    const chunks = { size, chunkSize, inDims, outDims, drawAgain: randomness === 'same' };
    return scope(() => applyToChunks(apply, args, chunks));
  };
}

function applyToAll<A extends readonly unknown[], O extends Tree>(
  fn: (...args: A) => O,
  args: A,
  size: number,
  inDims: VmapDims,
  outDims: VmapDims,
  randomness: string,
): O {
  return scope(() => {
    const level = binding.enterVmap(size, randomness);
    try {
      const samples = mapWithDims(args, inDims, 'args', (tensor, dim, name) => {
        if (dim === null) return tensor;
        const at = wrapDim(dim, tensor.ndim, name);
        return tensorOf(binding.addBatchDim(handleOf(tensor), at, level));
      });
      return collect(synchronous(fn(...(samples as A)), 'vmap'), outDims, level) as O;
    } finally {
      binding.leaveVmap();
    }
  });
}

/** True inside `vmap`, where tensors may stand for all samples. */
export function insideVmap(): boolean {
  return binding.vmapDepth() > 0;
}

function collect(results: unknown, dims: VmapDims, level: number): unknown {
  return mapWithDims(results, dims, 'result', (tensor, dim, name) => {
    if (dim === null) return shared(tensor, name);
    const at = wrapDim(dim, tensor.ndim + 1, name);
    return tensorOf(binding.removeBatchDim(handleOf(tensor), at, level));
  });
}

/** A result that is to have no samples' dimension, which it must not have. */
function shared(tensor: Tensor, name: string): Tensor {
  const [handle, dim] = binding.peelLevel(handleOf(tensor));
  if (dim === null) return tensorOf(handle);
  throw new ArgumentTypeError(
    `vmap: Expected a dimension for ${name} but received null: it differs between samples`,
    'vmap',
  );
}
