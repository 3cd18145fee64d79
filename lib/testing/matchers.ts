import { AssertionError } from 'node:assert';
import { invalidArgument } from '../errors';
import { isTensor, type Tensor } from '../torch';
import { sameTensors } from '../torch/compare';
import { difference } from './differences';
import { type CloseOptions, tolerances } from './tolerances';

type Outcome = { readonly pass: boolean; readonly message: () => string };

/**
 * An equality tester for Jest and Vitest: with it, `toEqual` and matchers like it find
 * tensors equal that have equal dtypes, shapes and elements, wherever they are in arrays and objects.
 *
 *     expect.addEqualityTesters([tensorsAreEqual]);
 */
export function tensorsAreEqual(a: unknown, b: unknown): boolean | undefined {
  if (isTensor(a) && isTensor(b)) return sameTensors(a, b);
  // A tensor beside anything else is left to asymmetric matchers.
  return undefined;
}

/**
 * Matchers for Jest and Vitest; failures show what differs, and both tensors.
 *
 *     expect.extend(tensorMatchers);
 *     expect(y).toEqualTensor(torch.tensor([1, 2]));
 *     expect(y).toBeCloseToTensor(expected, { rtol: 1e-4 });
 */
export const tensorMatchers = {
  /** The same dtype, shape and elements; NaN is NaN, and −0 is not 0. */
  toEqualTensor(received: unknown, expected: Tensor): Outcome {
    return outcome('toEqualTensor', received, expected, (found) => difference(found, expected));
  },

  /**
   * The same dtype and shape, and `|received − expected| <= atol + rtol |expected|` for every element,
   * with the tolerances of `torch.testing.assert_close` unless others are given.
   */
  toBeCloseToTensor(received: unknown, expected: Tensor, options: CloseOptions = {}): Outcome {
    const name = 'toBeCloseToTensor';
    return outcome(name, received, expected, (found) =>
      difference(found, expected, tolerances(options, expected.dtype, name)),
    );
  },
};

/**
 * `toBeCloseToTensor` for other test runners.
 *
 * @throws AssertionError if the tensors are not close
 * @throws ArgumentTypeError if one is not a tensor
 */
export function assertClose(actual: Tensor, expected: Tensor, options: CloseOptions = {}): void {
  if (!isTensor(actual)) throw invalidArgument('a tensor', 'actual', actual, 'assertClose');
  if (!isTensor(expected)) throw invalidArgument('a tensor', 'expected', expected, 'assertClose');
  const limits = tolerances(options, expected.dtype, 'assertClose');
  const message = difference(actual, expected, limits);
  if (message === undefined) return;
  throw new AssertionError({ message: report(message, actual, expected), operator: 'assertClose' });
}

function outcome(
  name: string,
  received: unknown,
  expected: Tensor,
  compare: (received: Tensor) => string | undefined,
): Outcome {
  if (!isTensor(expected)) throw invalidArgument('a tensor', 'expected', expected, name);
  if (!isTensor(received)) throw invalidArgument('a tensor', 'received', received, name);
  const found = compare(received);
  return {
    pass: found === undefined,
    message: () => `${name}: ${report(found ?? 'Expected another tensor', received, expected)}`,
  };
}

function report(found: string, received: Tensor, expected: Tensor): string {
  return `${found}\n\nExpected: ${described(expected)}\nReceived: ${described(received)}`;
}

function described(tensor: Tensor): string {
  return `${tensor.dtype} [${tensor.shape.join(', ')}] ${tensor}`;
}
