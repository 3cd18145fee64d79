import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import type { LearningRate, Optimizer } from '../../../lib/optim';
import { flattenTree, mapTree, type Tensor, torch } from '../../../lib/torch';
import { readFixture } from '../fixture';
import { expectGradients, expectNumbers, float64, numbers } from '../gradients';

type Flat = { weight: number[]; bias: number[] };
type Params = { weight: Tensor; bias: Tensor };
type Case = { name: string; options: Record<string, never>; params: Flat };

type Fixture = {
  shapes: Record<keyof Flat, number[]>;
  start: Flat;
  gradients: Flat[];
  cases: Case[];
};

const fixture = readFixture<Fixture>('optim');

/** The fixture's cases of one optimizer. */
export function casesOf(name: string): Case[] {
  return fixture.cases.filter((one) => one.name === name);
}

/** The fixture's parameters before the first step. */
export function startParams(): Params {
  return tensorsOf(fixture.start);
}

/** How a loop takes its steps: as pure functions, or replacing what it carries along. */
export type Stepping = typeof runSteps;

/** Takes the fixture's steps, and asserts that parameters equal those of PyTorch. */
export function expectPyTorchSteps(
  optimizer: Optimizer,
  expected: Flat,
  steps: Stepping = runSteps,
  tolerance = 1e-6,
): void {
  torch.scope(() => {
    const params = steps(optimizer, startParams());
    expectNumbers(numbers(params.weight), expected.weight, tolerance);
    expectNumbers(numbers(params.bias), expected.bias, tolerance);
  });
}

/**
 * Asserts the same with the rate as a tensor, through which gradients could flow. Its operators round
 * once more a step.
 */
export function expectPyTorchStepsByTensorRate(
  make: (options: { learningRate: Tensor }) => Optimizer,
  { options, params }: Case,
  defaultRate: number,
): void {
  const { learningRate = defaultRate } = options as { learningRate?: number };
  const optimizer = make({ ...options, learningRate: torch.tensor(learningRate) });
  expectPyTorchSteps(optimizer, params, runSteps, 4e-6);
}

/** Asserts that the rate of each step is that of its number, from 0, by steps along given gradients. */
export function expectScheduled(make: (learningRate: LearningRate) => Optimizer): void {
  const seen: number[] = [];
  const schedule = (step: number) => {
    seen.push(step);
    return 0.1;
  };
  runSteps(make(schedule), startParams());
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i));
}

/** Takes the fixture's 20 steps; the gradients' keys come in another order than the parameters'. */
export function runSteps(optimizer: Optimizer, start: Params): Params {
  let params = start;
  let state = optimizer.init(params);
  for (const step of fixture.gradients) {
    const { weight, bias } = tensorsOf(step);
    ({ params, state } = optimizer.update({ bias, weight } as Params, state, params));
  }
  return params;
}

/** Takes them so that each step's parameters and state replace those before. */
export function replaceSteps(optimizer: Optimizer, start: Params): Params {
  let run = { params: start, state: optimizer.init(start) };
  for (const step of fixture.gradients) {
    run = torch.replace(run, ({ params, state }) =>
      optimizer.update(tensorsOf(step), state, params),
    );
  }
  return run.params;
}

/**
 * Asserts that gradients and second gradients flow through three steps to the start, to what the inner
 * loss depends on and to the learning rate. The inner loss passes over one element of the parameters.
 */
export function expectDifferentiable(make: (learningRate: LearningRate) => Optimizer): void {
  expectGradients(
    (start, target, rate) => {
      const optimizer = make(rate as Tensor);
      const seen = torch.tensor([1, 1, 0, 1], { dtype: 'float64' });
      let params = { p: start as Tensor };
      let state = optimizer.init(params);
      for (let step = 0; step < 3; step++) {
        const off = params.p.sub(target as Tensor).mul(seen);
        const loss = off.square().sum().add(off.sin().sum());
        const gradients = torch.grad(loss, params, { createGraph: true });
        ({ params, state } = optimizer.update(gradients, state, params));
      }
      return params.p;
    },
    [float64([4], 1), float64([4], 2), torch.tensor(0.1, { dtype: 'float64' })],
  );
}

/** Asserts that a step makes no tensors but those it returns, and leaves its arguments as they were. */
export function expectPure(optimizer: Optimizer): void {
  const params = startParams();
  const gradients = mapTree(([p]) => (p as Tensor).cos(), params);
  const state = optimizer.init(params);
  const before = [params, gradients, state].map((tree) => snapshot(tree));
  const { tensors } = torch.memory();
  const next = optimizer.update(gradients, state, params);
  const made = new Set(Object.values(flattenTree(next)));
  expect(torch.memory().tensors - tensors).toBe(made.size);
  expect([params, gradients, state].map((tree) => snapshot(tree))).toEqual(before);
  expect(snapshot(next.params)).not.toEqual(before[0]);
}

/** Asserts that gradients and state of other shapes than the parameters are refused. */
export function expectShapesChecked(optimizer: Optimizer, name: string): void {
  const params = startParams();
  const gradients = mapTree(([p]) => (p as Tensor).cos(), params);
  const state = optimizer.init(params);
  const few = { ...params, bias: params.bias.narrow(0, 0, 1) };
  const many = { ...gradients, bias: gradients.bias.expand([2, 3]) };
  const step = (g: Params, s: typeof state) => () => optimizer.update(g, s, params);
  expect(step(few, state)).toThrow(
    `Expected [3] for the gradients 'bias' of ${name} but received [1]`,
  );
  expect(step(many, state)).toThrow(ArgumentRangeError);
  const other = optimizer.init(few);
  for (const [key, tree] of Object.entries(other)) {
    if (Object.keys(flattenTree(tree)).length < 2) continue;
    expect(step(gradients, { ...state, [key]: tree })).toThrow(
      `Expected [3] for the ${key} 'bias' of ${name} but received [1]`,
    );
  }
}

/** Asserts that rates of a schedule are held to what a number is, and tensors to the parameters. */
export function expectRatesChecked(
  make: (learningRate: LearningRate) => Optimizer,
  name: string,
): void {
  const params = startParams();
  const step = (rate: unknown) => () => {
    const optimizer = make(() => rate as number);
    return optimizer.update(params, optimizer.init(params), params);
  };
  for (const rate of [Number.NaN, -0.1, Infinity]) {
    expect(step(rate)).toThrow(ArgumentRangeError);
    expect(step(rate)).toThrow(
      `Expected a number of at least 0 for learningRate(0) of ${name} but received number ${rate}`,
    );
  }
  expect(step(undefined)).toThrow(ArgumentTypeError);
  expect(step(torch.ones([2, 1, 1]))).toThrow(
    'Expected what broadcasts to the parameters [3, 2] for the learningRate of an optimizer but received [2, 1, 1]',
  );
  expect(step(torch.ones([1], { dtype: 'float64' }))).toThrow(
    "Expected float32 for the learningRate of an optimizer but received string 'float64'",
  );
}

function snapshot(tree: Parameters<typeof flattenTree>[0]): Record<string, number[]> {
  const flat = Object.entries(flattenTree(tree));
  return Object.fromEntries(flat.map(([path, tensor]) => [path, numbers(tensor)]));
}

function tensorsOf({ weight, bias }: Flat): Params {
  const { weight: weightShape, bias: biasShape } = fixture.shapes;
  return {
    weight: torch.tensor(Float32Array.from(weight), { shape: weightShape }),
    bias: torch.tensor(Float32Array.from(bias), { shape: biasShape }),
  };
}
