import { callable, checkOptions, flag, knownOptions } from '../../check';
import { counted } from '../../counted';
import { ArgumentTypeError, invalidArgument, outOfRange, TorchError } from '../../errors';
import { placeAt } from '../elements';
import { functions } from '../operators/operators';
import { generator } from '../random';
import { isTensor, type Tensor } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import { named } from './checks';
import { callWith, recorded, type TreeFunction } from './function-inputs';
import { gradOrNull } from './grad';
import { analytical, asComplex, asReal, numerical, type RealFunction } from './jacobian-numbers';

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
 * arguments of `fn`. Inputs and outputs are float64 or complex128: in lower precision differences mean
 * nothing. Real and imaginary parts of complex numbers count as elements of their own, which a last index
 * of 0 or 1 tells apart.
 *
 *     torch.gradcheck((x, w) => x.matmul(w).tanh(), [x, w]);
 *
 * @throws ArgumentTypeError if no input requires gradients, or one that does is neither float64 nor complex128
 * @throws TorchError `ERR_TORCH_GRADCHECK` naming the first element that differs, and both values;
 *   `ERR_TORCH_AUTOGRAD` in inference mode
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
 * @throws ArgumentTypeError if no input requires gradients, or one that does is neither float64 nor complex128
 * @throws TorchError `ERR_TORCH_GRADCHECK` naming the first element that differs, and both values;
 *   `ERR_TORCH_AUTOGRAD` in inference mode
 */
export function gradgradcheck<const T extends Tree>(
  fn: TreeFunction<T, Tree>,
  inputs: T,
  options: GradgradcheckOptions = {},
): boolean {
  const operator = 'gradgradcheck';
  callable(fn, 'fn', operator);
  checkOptions(options, [...KNOWN, 'gradOutputs'], operator);
  const { gradOutputs, ...rest } = options;
  checkedInputs(inputs, operator);
  return recorded(operator, () => {
    const outputs = differentiable(callWith(fn, ownCopies(inputs, operator), operator), operator);
    const weights = weightsOf(outputs, gradOutputs, operator);
    const gradient = (args: T, ...seeds: Tensor[]): Tree => {
      const variables = leaves(args).filter((input) => input.requiresGrad);
      const found = gradOrNull(differentiable(callWith(fn, args, operator), operator), variables, {
        gradOutputs: seeds,
        createGraph: true,
      });
      return found.filter((g) => g !== null);
    };
    const all: Tree = [inputs, ...weights];
    return check(gradient as TreeFunction<typeof all, Tree>, all, rest, operator);
  });
}

function weightsOf(
  outputs: readonly Tensor[],
  given: readonly Tensor[] | undefined,
  operator: string,
): Tensor[] {
  const source = generator(0);
  const weights: unknown =
    given ??
    outputs.map(({ shape, dtype }) => functions.randn(shape, { generator: source, dtype }));
  if (!Array.isArray(weights) || weights.length !== outputs.length) {
    const expected = `an array of ${counted(outputs.length, 'tensor')}, one for each output,`;
    throw invalidArgument(expected, 'gradOutputs', weights, operator);
  }
  // `map` would pass over holes.
  return Array.from(weights, (weight: unknown, i) => {
    if (isTensor(weight)) return weight.detach().requiresGrad_();
    throw invalidArgument('a tensor', `gradOutputs[${i}]`, weight, operator);
  });
}

function check<T extends Tree>(
  fn: TreeFunction<T, Tree>,
  inputs: T,
  options: GradcheckOptions,
  operator: string,
): boolean {
  callable(fn, 'fn', operator);
  const {
    eps = 1e-6,
    atol = 1e-5,
    rtol = 1e-3,
    raise = true,
  } = knownOptions(options, KNOWN, operator);
  requireNumbers({ eps, atol, rtol }, operator);
  flag(raise, 'raise', operator);
  return recorded(operator, () => {
    const own = leaves(ownCopies(inputs, operator)).map(asReal);
    const indices = checkedInputs(inputs, operator);
    const run: RealFunction = (parts) => {
      let next = 0;
      const args = mapTree(([input]) => asComplex(parts[next++] as Tensor, input), inputs);
      return differentiable(callWith(fn, args, operator), operator).map(asReal);
    };
    const found = analytical(run, own, indices);
    for (const [at, index] of indices.entries()) {
      const expected = numerical(run, own, index, eps);
      for (const [o, { rows, shape }] of found.entries()) {
        const values = rows[at] ?? [];
        const wrong = firstDifference(values, expected[o] ?? [], atol, rtol);
        if (wrong < 0) continue;
        if (!raise) return false;
        const input = own[index] as Tensor;
        const size = input.numel();
        throw new TorchError(
          'ERR_TORCH_GRADCHECK',
          `${operator}: the gradient of output ${o}, element ${placeAt(Math.floor(wrong / size), shape)}, with respect to input ${index}, element ${placeAt(wrong % size, input.shape)}, differs: numerical ${expected[o]?.[wrong]}, analytical ${values[wrong]} (atol ${atol}, rtol ${rtol})`,
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
  for (const i of found) requirePrecision(all[i] as Tensor, `input ${i}`, operator);
  return found;
}

function requirePrecision({ dtype }: Tensor, name: string, operator: string): void {
  if (dtype === 'float64' || dtype === 'complex128') return;
  throw invalidArgument('float64 or complex128', name, dtype, operator);
}

/** Leaves with the inputs' data and flags. */
function ownCopies<T extends Tree>(inputs: T, operator: string): T {
  return named('inputs', operator, () =>
    mapTree(([input]) => {
      const copy = input.detach().clone();
      return input.requiresGrad ? copy.requiresGrad_() : copy;
    }, inputs),
  );
}

function differentiable(outputs: Tree, operator: string): Tensor[] {
  const found = leaves(outputs).filter((output) => output.requiresGrad);
  if (found.length === 0) {
    throw new ArgumentTypeError(
      `${operator}: Expected an output that depends on the inputs`,
      operator,
    );
  }
  for (const [i, output] of found.entries()) requirePrecision(output, `output ${i}`, operator);
  return found;
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
