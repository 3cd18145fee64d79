import { ArgumentTypeError, invalidArgument, outOfRange, TorchError } from '../../errors';
import { knownOptions } from '../check-options';
import { tensor } from '../create/create';
import { functions } from '../operators/operators';
import { generator } from '../random';
import { scope } from '../scope';
import type { Tensor } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import { callWith, recorded, type TreeFunction } from './function-inputs';
import { gradOrNull } from './grad';

export type GradcheckOptions = {
  /** The step of the central differences. Default: 1e-6. */
  eps?: number;
  /** Absolute tolerance. Default: 1e-5. */
  atol?: number;
  /** Tolerance relative to the numerical value. Default: 1e-3. */
  rtol?: number;
  /** Throw where they differ; false returns whether they agree. Default: true. */
  raise?: boolean;
};

export type GradgradcheckOptions = GradcheckOptions & {
  /** Weights of the outputs; default: fixed numbers of a normal distribution. */
  gradOutputs?: readonly Tensor[];
};

const KNOWN = ['eps', 'atol', 'rtol', 'raise'] as const;

/**
 * Compares the gradients of `fn`, for every element of every output with respect to every element of
 * the inputs that require gradients, with central differences: they agree where
 * `|analytical - numerical| <= atol + rtol |numerical|`. An array of inputs is spread over the
 * arguments of `fn`. Inputs and outputs are float64: in float32 differences say nothing.
 *
 *     torch.gradcheck((x, w) => x.matmul(w).tanh(), [x, w]);
 *
 * @throws ArgumentTypeError if no input requires gradients, or one that does is not float64
 * @throws TorchError `ERR_TORCH_GRADCHECK` naming the first element that differs, and both values
 */
export function gradcheck<const T extends Tree>(
  fn: TreeFunction<T, Tree>,
  inputs: T,
  options: GradcheckOptions = {},
): boolean {
  return check(fn, inputs, options, 'gradcheck');
}

/**
 * `gradcheck` of the gradients of `fn`: compares second derivatives, with respect to the inputs and
 * to what weighs the outputs, with central differences of the first.
 *
 * @throws ArgumentTypeError if no input requires gradients, or one that does is not float64
 * @throws TorchError `ERR_TORCH_GRADCHECK` naming the first element that differs, and both values
 */
export function gradgradcheck<const T extends Tree>(
  fn: TreeFunction<T, Tree>,
  inputs: T,
  options: GradgradcheckOptions = {},
): boolean {
  const operator = 'gradgradcheck';
  const { gradOutputs, ...rest } = knownOptions(options, [...KNOWN, 'gradOutputs'], operator);
  return recorded(() => {
    const outputs = differentiable(callWith(fn, ownCopies(inputs)), operator);
    const source = generator(0);
    const weights = (
      gradOutputs ??
      outputs.map((o) => functions.randn(o.shape, { generator: source, dtype: 'float64' }))
    ).map((weight) => weight.detach().requiresGrad_());
    const gradient = (args: T, ...seeds: Tensor[]): Tree => {
      const variables = leaves(args).filter((input) => input.requiresGrad);
      const found = gradOrNull(differentiable(callWith(fn, args), operator), variables, {
        gradOutputs: seeds,
        createGraph: true,
      });
      return found.filter((g) => g !== null);
    };
    const all: Tree = [inputs, ...weights];
    return check(gradient as unknown as TreeFunction<typeof all, Tree>, all, rest, operator);
  });
}

function check<T extends Tree>(
  fn: TreeFunction<T, Tree>,
  inputs: T,
  options: GradcheckOptions,
  operator: string,
): boolean {
  const {
    eps = 1e-6,
    atol = 1e-5,
    rtol = 1e-3,
    raise = true,
  } = knownOptions(options, KNOWN, operator);
  requireNumbers({ eps, atol, rtol }, operator);
  return recorded(() => {
    const indices = checkedInputs(inputs, operator);
    const own = ownCopies(inputs);
    const variables = leaves(own);
    const outputs = differentiable(callWith(fn, own), operator);
    const checked = indices.map((index) => variables[index] as Tensor);
    const analytical = outputs.map((output) => gradientsOf(output, checked));
    for (const [at, index] of indices.entries()) {
      const numerical = differences(fn, inputs, index, eps, operator);
      for (const [o, output] of outputs.entries()) {
        const found = analytical[o]?.[at] ?? [];
        const wrong = firstDifference(found, numerical[o] ?? [], atol, rtol);
        if (wrong < 0) continue;
        if (!raise) return false;
        const size = (checked[at] as Tensor).numel();
        throw new TorchError(
          'ERR_TORCH_GRADCHECK',
          `${operator}: the gradient of output ${o}, element ${place(Math.floor(wrong / size), output.shape)}, with respect to input ${index}, element ${place(wrong % size, (checked[at] as Tensor).shape)}, differs: numerical ${numerical[o]?.[wrong]}, analytical ${found[wrong]} (atol ${atol}, rtol ${rtol})`,
          { operator },
        );
      }
    }
    return true;
  });
}

function requireNumbers(numbers: Readonly<Record<string, unknown>>, operator: string): void {
  for (const [name, value] of Object.entries(numbers)) {
    const expected = name === 'eps' ? 'a positive number' : 'a number of at least 0';
    if (typeof value !== 'number') throw invalidArgument(expected, name, value, operator);
    if (value > 0 || (value === 0 && name !== 'eps')) continue;
    throw outOfRange(expected, name, value, operator);
  }
}

/** The places, among all tensors of the inputs, of those that require gradients. */
function checkedInputs(inputs: Tree, operator: string): number[] {
  const all = leaves(inputs);
  const found = all.flatMap((input, i) => (input.requiresGrad ? [i] : []));
  if (found.length === 0) {
    throw new ArgumentTypeError(
      `${operator}: Expected at least one input that requires gradients`,
      operator,
    );
  }
  for (const i of found) {
    const { dtype } = all[i] as Tensor;
    if (dtype !== 'float64') throw invalidArgument('float64', `input ${i}`, dtype, operator);
  }
  return found;
}

/** Leaves with the inputs' data and flags. */
function ownCopies<T extends Tree>(inputs: T): T {
  return mapTree(([input]) => {
    const copy = input.detach().clone();
    return input.requiresGrad ? copy.requiresGrad_() : copy;
  }, inputs);
}

function differentiable(outputs: Tree, operator: string): Tensor[] {
  const found = leaves(outputs).filter((output) => output.requiresGrad);
  if (found.length === 0) {
    throw new ArgumentTypeError(
      `${operator}: Expected an output that depends on the inputs`,
      operator,
    );
  }
  for (const [i, { dtype }] of found.entries()) {
    if (dtype !== 'float64') throw invalidArgument('float64', `output ${i}`, dtype, operator);
  }
  return found;
}

/** For every input the gradients, `[elements of the output, elements of the input]`. */
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
function differences<T extends Tree>(
  fn: TreeFunction<T, Tree>,
  inputs: T,
  index: number,
  eps: number,
  operator: string,
): number[][] {
  const input = leaves(inputs)[index] as Tensor;
  const values = numbers(input);
  const at = (element: number, change: number): number[][] =>
    scope(() => {
      const moved = Float64Array.from(values);
      moved[element] = (values[element] as number) + change;
      let next = 0;
      const args = mapTree(([copy]) => {
        if (next++ !== index) return copy;
        return tensor(moved, { shape: input.shape, requiresGrad: true });
      }, ownCopies(inputs));
      return differentiable(callWith(fn, args), operator).map(numbers);
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

function numbers(values: Tensor): number[] {
  return [...(values.detach().data() as Float64Array)];
}

function firstDifference(
  analytical: readonly number[],
  numerical: readonly number[],
  atol: number,
  rtol: number,
): number {
  return numerical.findIndex((expected, i) => {
    const found = analytical[i] as number;
    if (found === expected || (Number.isNaN(found) && Number.isNaN(expected))) return false;
    return !(Math.abs(found - expected) <= atol + rtol * Math.abs(expected));
  });
}

/** An index over all elements as one for every dimension. */
function place(index: number, shape: readonly number[]): string {
  const parts: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    parts.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${parts.join(', ')}]`;
}
