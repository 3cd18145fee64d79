import { invalidArgument } from '../../errors';
import { isTensorData, type TensorData } from '../dtype';
import { operatorNamed } from '../operators/dispatch';
import { scope } from '../scope';
import { isTensor, type Tensor } from '../tensor';

/** Tensors or typed arrays in nested arrays, which are stacked. */
export type Parts = readonly (Tensor | TensorData | Parts)[];

const MOST_LEVELS = 64;
const stack = operatorNamed('aten::stack');

/** True if the first thing in nested arrays is a tensor or a typed array. */
export function isParts(data: unknown): data is Parts {
  let first = data;
  for (let level = 0; Array.isArray(first) && level < MOST_LEVELS; level++) first = first[0];
  return first !== data && (isTensor(first) || isTensorData(first));
}

/** The parts as one tensor, without history: each is made by `make`, and they are of one shape. */
export function stackParts(data: Parts, make: (part: TensorData) => Tensor): Tensor {
  return scope(() => stackAt(data, make, 'data', 0));
}

function stackAt(
  data: unknown,
  make: (part: TensorData) => Tensor,
  place: string,
  level: number,
): Tensor {
  if (isTensor(data)) return data.detach();
  if (isTensorData(data)) return make(data);
  if (!Array.isArray(data) || level === MOST_LEVELS) {
    throw invalidArgument('a tensor, a typed array or an array of them', place, data, 'tensor');
  }
  const parts = Array.from(data, (part: unknown, i) =>
    stackAt(part, make, `${place}[${i}]`, level + 1),
  );
  return stack.call([parts]) as Tensor;
}
