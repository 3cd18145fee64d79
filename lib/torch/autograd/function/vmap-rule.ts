import { isPlainObject } from '../../../check';
import { ArgumentTypeError } from '../../../errors';
import { binding } from '../../binding';
import { handleOf } from '../../handle';
import { synchronous } from '../../synchronous';
import { isTensor, tensorOf } from '../../tensor';
import { isPlace, placesOf, replaceParts } from '../graph/places';
import { mapWithDims, type VmapDims, wrapDim } from '../vmap-dims';
import type { FunctionClass, VmapInfo } from './function-class';

/**
 * Inside vmap, by the function's own rule, which runs outside of the innermost level with tensors that
 * have its dimension. Where no argument varies along the level, the function is applied `again` there.
 */
export function applyByRule(
  fn: FunctionClass,
  args: readonly unknown[],
  again: (args: readonly unknown[]) => unknown,
): unknown {
  const level = binding.vmapDepth();
  const dims: (number | null)[] = [];
  const places = placesOf(args);
  const plain = replaceParts(args, isTensor, (tensor) => {
    const [handle, dim] = binding.peelLevel(handleOf(tensor));
    dims.push(dim);
    return tensorOf(handle);
  }) as readonly unknown[];
  const [batchSize, randomness] = binding.lowerVmap();
  let found: { readonly result: unknown; readonly outDims: VmapDims };
  try {
    if (dims.every((dim) => dim === null)) return again(plain);
    const inDims = dimsIn(places, dims);
    const info: VmapInfo = { batchSize, randomness: randomness as VmapInfo['randomness'] };
    found = resultOf(fn, fn.vmap?.(info, inDims as never, ...(plain as never[])));
  } finally {
    binding.raiseVmap();
  }
  return mapWithDims(found.result, found.outDims, 'result', (tensor, dim, name) => {
    if (dim === null) return tensor;
    const at = wrapDim(dim, tensor.ndim, name);
    return tensorOf(binding.addBatchDim(handleOf(tensor), at, level));
  });
}

function resultOf(
  fn: FunctionClass,
  found: unknown,
): { readonly result: unknown; readonly outDims: VmapDims } {
  const pair: unknown = synchronous(found, `${fn.name}.vmap`);
  if (Array.isArray(pair) && pair.length === 2) return { result: pair[0], outDims: pair[1] };
  const operator = `${fn.name}.vmap`;
  throw new ArgumentTypeError(`${operator}: Expected [result, outDims] to be returned`, operator);
}

/** The dimension of every tensor, in the structure of the arguments; null for what is no tensor. */
function dimsIn(places: unknown, dims: readonly (number | null)[]): unknown {
  return replaceParts(places, isLeaf, (part) =>
    isPlace(part) ? (dims[part.index] ?? null) : null,
  );
}

function isLeaf(value: unknown): value is unknown {
  return isPlace(value) || !(Array.isArray(value) || isPlainObject(value));
}
