import { tensor } from '../create/create';
import { functions } from '../operators/operators';
import { scope } from '../scope';
import type { Tensor } from '../tensor';
import { gradOrNull } from './grad';

/** A function of real tensors whose results are real and depend on them. */
export type RealFunction = (inputs: readonly Tensor[]) => readonly Tensor[];

/** Complex numbers as pairs of real ones, a leaf if it was one. */
export function asReal(value: Tensor): Tensor {
  if (!value.isComplex()) return value;
  const pairs = value.resolveConj().viewAsReal();
  return value.isLeaf && value.requiresGrad ? pairs.detach().requiresGrad_() : pairs;
}

/** The reverse, where `like` is complex. */
export function asComplex(value: Tensor, like: Tensor): Tensor {
  return like.isComplex() ? value.viewAsComplex() : value;
}

/** For every output its shape, and its gradients `[elements, elements of the input]` for every input. */
export function analytical(
  fn: RealFunction,
  inputs: readonly Tensor[],
  indices: readonly number[],
): { shape: readonly number[]; rows: number[][] }[] {
  const variables = indices.map((index) => inputs[index] as Tensor);
  return fn(inputs).map((output) => ({
    shape: output.shape,
    rows: gradientsOf(output, variables),
  }));
}

function gradientsOf(output: Tensor, inputs: readonly Tensor[]): number[][] {
  const count = output.numel();
  const basis = functions.eye(count, { dtype: 'float64' });
  const rows = Array.from({ length: count }, (_, i) => {
    const gradOutputs = basis.select(0, i).view(output.shape);
    const gradients = gradOrNull(output, inputs, { gradOutputs, retainGraph: true });
    return gradients.map((gradient, at) => numbers(gradient ?? (inputs[at] as Tensor).zerosLike()));
  });
  return inputs.map((_, at) => rows.flatMap((row) => row[at] as number[]));
}

/** For every output the central differences, `[elements of the output, elements of the input]`. */
export function numerical(
  fn: RealFunction,
  inputs: readonly Tensor[],
  index: number,
  eps: number,
): number[][] {
  const input = inputs[index] as Tensor;
  const values = numbers(input);
  const at = (element: number, change: number): number[][] =>
    scope(() => {
      const moved = Float64Array.from(values);
      moved[element] = (values[element] as number) + change;
      const args = inputs.map((other, i) =>
        i === index ? tensor(moved, { shape: input.shape, requiresGrad: true }) : copyOf(other),
      );
      return fn(args).map(numbers);
    });
  const columns = values.map((_, element) => {
    const [above, below] = [at(element, eps), at(element, -eps)];
    return above.map((output, o) =>
      output.map((value, i) => (value - (below[o]?.[i] as number)) / (2 * eps)),
    );
  });
  const outputs = columns[0] ?? [];
  return outputs.map((output, o) =>
    output.flatMap((_, row) => columns.map((column) => column[o]?.[row] as number)),
  );
}

function copyOf(input: Tensor): Tensor {
  const copy = input.detach().clone();
  return input.requiresGrad ? copy.requiresGrad_() : copy;
}

function numbers(values: Tensor): number[] {
  return [...(values.detach().data() as Float64Array)];
}
