import { type Tensor, torch } from '../../lib/torch';

type Fn = (...inputs: Tensor[]) => Tensor;

const STEP = 1e-6;
const TOLERANCE = 1e-6;

/**
 * Compares the gradient of `fn`, and the gradient of its gradient, with central differences for every
 * element of every input. The inputs are float64; `fn` may give a tensor of any shape.
 */
export function expectGradients(fn: Fn, inputs: readonly Tensor[]): void {
  const scalar: Fn = (...args) => weighted(fn(...args).sin(), 1);
  compare(scalar, inputs, 'gradient');
  compare((...args) => directional(scalar, args), inputs, 'second gradient');
}

/** Asserts that two functions have the same gradients of gradients of gradients, by every input. */
export function expectSameThirdGradients(fn: Fn, other: Fn, inputs: readonly Tensor[]): void {
  const third = (of: Fn): Tensor[] => {
    const given = inputs.map((input) => input.detach().requiresGrad_());
    let value = of(...given)
      .pow(4)
      .sum();
    for (let order = 1; order < 3; order++) {
      const gradients = torch.grad(value, given, { createGraph: true });
      value = torch.stack(gradients.map((g) => g.mul(0.1).sin().sum())).sum();
    }
    return torch.grad(value, given);
  };
  const expected = third(other);
  for (const [i, gradient] of third(fn).entries()) {
    expectClose(gradient, expected[i] as Tensor, 1e-9);
  }
}

/**
 * Asserts that two functions have the same gradients of gradients where they are asked for one input
 * alone, whatever the others then are.
 */
export function expectSameSecondGradientsOfEach(
  fn: Fn,
  other: Fn,
  inputs: readonly Tensor[],
): void {
  for (const asked of inputs.keys()) {
    const second = (of: Fn): Tensor => {
      const own = inputs.map((x, i) => (i === asked ? x.detach().requiresGrad_() : x));
      const at = own[asked] as Tensor;
      const [first] = torch.grad(
        of(...own)
          .pow(3)
          .sum(),
        [at],
        { createGraph: true },
      );
      return torch.grad((first as Tensor).pow(2).sum(), [at])[0] as Tensor;
    };
    expectClose(second(fn), second(other));
  }
}

/** Asserts the same bits, of what `fn` gives and of its gradients, on one thread and on two. */
export function expectSameOnThreads(fn: Fn, inputs: readonly Tensor[]): void {
  const before = torch.getNumThreads();
  const run = (threads: number): Tensor[] => {
    torch.setNumThreads(threads);
    const own = inputs.map((x) => x.detach().requiresGrad_());
    const y = fn(...own);
    return [y, ...torch.grad(y.pow(2).sum(), own)];
  };
  try {
    const one = run(1);
    for (const [i, part] of run(2).entries()) expectClose(part, one[i] as Tensor, 0);
  } finally {
    torch.setNumThreads(before);
  }
}

/** Deterministic float64 numbers of one shape, none of them near a kink at zero. */
export function float64(shape: readonly number[], seed = 1): Tensor {
  return torch.scope(() => {
    const generator = torch.generator(seed);
    const x = torch.randn([...shape], { generator, dtype: 'float64' });
    return x.sign().mul(x.abs().add(0.05));
  });
}

/** The numbers of a tensor, flat. */
export function numbers(tensor: Tensor): number[] {
  return torch.scope(() => [...(tensor.detach().to('float64').data() as Float64Array)]);
}

/** Asserts equal shapes and numbers within `tolerance`. */
export function expectClose(actual: Tensor, expected: Tensor, tolerance = 1e-12): void {
  expect(actual.shape).toEqual(expected.shape);
  expectNumbers(numbers(actual), numbers(expected), tolerance);
}

/** Asserts numbers within `tolerance`, relative for those beyond 1. */
export function expectNumbers(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  const worst = { at: -1, error: tolerance };
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs((actual[i] ?? Number.NaN) - value) / Math.max(1, Math.abs(value));
    if (!(error <= worst.error)) Object.assign(worst, { at: i, error });
  });
  if (worst.at >= 0) {
    const { at, error } = worst;
    throw new Error(`Element ${at}: ${actual[at]} is not ${expected[at]} (${error})`);
  }
}

/** The sum of the elements, each with a weight of its own. */
function weighted(y: Tensor, phase: number): Tensor {
  const count = y.numel();
  const weights = torch.arange(count, { dtype: 'float64' }).add(phase).cos().view(y.shape);
  return y.mul(weights).sum();
}

function directional(scalar: Fn, inputs: readonly Tensor[]): Tensor {
  const gradients = torch.grad(scalar(...inputs), inputs, { createGraph: true, allowUnused: true });
  return gradients.map((gradient, i) => weighted(gradient, i + 2)).reduce((a, b) => a.add(b));
}

function compare(fn: Fn, inputs: readonly Tensor[], name: string): void {
  torch.scope(() => {
    const own = inputs.map((input) => input.detach().requiresGrad_());
    const gradients = torch.grad(fn(...own), own, { allowUnused: true });
    gradients.forEach((gradient, i) => {
      try {
        expectNumbers(numbers(gradient), differences(fn, inputs, i), TOLERANCE);
      } catch (error) {
        throw new Error(`${name} of input ${i}: ${(error as Error).message}`);
      }
    });
  });
}

function differences(fn: Fn, inputs: readonly Tensor[], index: number): number[] {
  const values = numbers(inputs[index] as Tensor);
  const shape = (inputs[index] as Tensor).shape;
  const at = (element: number, change: number): number =>
    torch.scope(() => {
      const moved = Float64Array.from(values);
      moved[element] = (values[element] as number) + change;
      const args = inputs.map((input, i) => {
        const value = i === index ? torch.tensor(moved, { shape }) : input.detach();
        return value.requiresGrad_();
      });
      return Number(fn(...args).item());
    });
  return values.map((_, element) => (at(element, STEP) - at(element, -STEP)) / (2 * STEP));
}
