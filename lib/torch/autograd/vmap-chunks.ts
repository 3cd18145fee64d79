import { functions } from '../operators/operators';
import { RandomRecord } from '../random-record';
import type { Tensor } from '../tensor';
import { leaves, type Tree } from '../tree';
import { mapWithDims, type VmapDims, wrapDim } from './vmap-dims';

/** How samples are dealt out. */
type Chunks = {
  readonly size: number;
  readonly chunkSize: number;
  readonly inDims: VmapDims;
  readonly outDims: VmapDims;
  /** Draw the same random numbers for every chunk. */
  readonly drawAgain: boolean;
};

/** Applies a function of some samples to one chunk of them after the other, and joins the results. */
export function applyToChunks<A extends readonly unknown[], O extends Tree>(
  apply: (args: A, size: number) => O,
  args: A,
  { size, chunkSize, inDims, outDims, drawAgain }: Chunks,
): O {
  const random = new RandomRecord(leaves(args).map((tensor) => tensor.device));
  const parts: O[] = [];
  for (let start = 0; start < size; start += chunkSize) {
    const length = Math.min(chunkSize, size - start);
    const run = (): void => {
      parts.push(apply(samplesOf(args, inDims, start, length), length));
    };
    if (!drawAgain) run();
    else if (start === 0) random.record(run);
    else random.replay(run);
  }
  const all = parts.map(leaves);
  let next = 0;
  return mapWithDims(parts[0], outDims, 'result', (tensor, dim, name) => {
    const i = next++;
    const own = all.map((tensors) => tensors[i] as Tensor);
    return dim === null ? tensor : functions.cat(own, wrapDim(dim, tensor.ndim, name));
  }) as O;
}

function samplesOf<A extends readonly unknown[]>(
  args: A,
  dims: VmapDims,
  start: number,
  length: number,
): A {
  return mapWithDims(args, dims, 'args', (tensor, dim, name) =>
    dim === null ? tensor : tensor.narrow(wrapDim(dim, tensor.ndim, name), start, length),
  ) as A;
}
