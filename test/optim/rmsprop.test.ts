import { ArgumentRangeError } from '../../lib/errors';
import { rmsprop } from '../../lib/optim';
import { torch } from '../../lib/torch';
import { expectNumbers, numbers } from '../helpers/gradients';
import {
  casesOf,
  expectDifferentiable,
  expectPure,
  expectPyTorchSteps,
  expectPyTorchStepsByTensorRate,
  expectRatesChecked,
  expectScheduled,
  expectShapesChecked,
} from '../helpers/learners/optimizers';

test.each(casesOf('rmsprop'))('takes the steps of PyTorch: $options', ({ options, params }) => {
  expectPyTorchSteps(rmsprop(options), params);
  torch.noGrad(() => expectPyTorchSteps(rmsprop(options), params));
});

test.each(casesOf('rmsprop'))('takes them with a tensor for its rate: $options', (one) => {
  expectPyTorchStepsByTensorRate(rmsprop, one, 0.01);
});

test('adds an ε of 1e-8 to the root', () => {
  const params = { p: torch.zeros([1]) };
  const gradients = { p: torch.full([1], 1e-7) };
  const optimizer = rmsprop({ learningRate: 1 });
  const { p } = optimizer.update(gradients, optimizer.init(params), params).params;
  // The first step is g/(√(1 − ρ)·|g| + ε).
  expectNumbers(numbers(p), [-5], 1e-5);
});

test('takes the rate of each step', () => {
  expectScheduled((learningRate) => rmsprop({ learningRate }));
});

test.each([{}, { decay: 0.5, momentum: 0.9, weightDecay: 0.1 }, { decay: 0.5, centered: true }])(
  'is twice differentiable through its steps: %j',
  (options) => {
    expectDifferentiable((learningRate) => rmsprop({ ...options, learningRate }));
  },
);

test('centered, stays a number where the gradient hardly changes', () => {
  const gradients = { p: torch.linspace(0.5, 3, 100) };
  const optimizer = rmsprop({ learningRate: 1, decay: 0.5, centered: true, eps: 1 });
  let params = { p: torch.zeros([100]) };
  let state = optimizer.init(params);
  // s = g²(1 − 2⁻ᵗ) and m = g(1 − 2⁻ᵗ), so that the deviation is g√(2⁻ᵗ(1 − 2⁻ᵗ)).
  const expected = new Array<number>(100).fill(0);
  for (let t = 1; t <= 40; t++) {
    ({ params, state } = optimizer.update(gradients, state, params));
    const share = Math.sqrt(2 ** -t * (1 - 2 ** -t));
    for (const [i, g] of numbers(gradients.p).entries()) {
      expected[i] = (expected[i] ?? 0) - g / (g * share + 1);
    }
  }
  expectNumbers(numbers(params.p), expected, 1e-3);
});

test('centered without memory, divides by ε alone and has the gradient of that', () => {
  const start = torch.zeros([3]).requiresGrad_();
  const slope = torch.tensor([0.5, -1, 2]).requiresGrad_();
  const optimizer = rmsprop({ learningRate: 1, decay: 0, centered: true, eps: 4 });
  const { p } = optimizer.update({ p: slope }, optimizer.init({ p: start }), { p: start }).params;
  expectNumbers(numbers(p), [-0.125, 0.25, -0.5], 1e-6);
  expectNumbers(numbers(torch.grad(p.sum(), slope)), [-0.25, -0.25, -0.25], 1e-6);
});

test('is pure', () => {
  expectPure(rmsprop());
  expectPure(rmsprop({ momentum: 0.9, centered: true, weightDecay: 0.1 }));
});

test('refuses gradients and state of other shapes', () => {
  expectShapesChecked(rmsprop({ momentum: 0.9, centered: true }), 'rmsprop');
  expectShapesChecked(rmsprop(), 'rmsprop');
});

test('refuses rates of a schedule that are none', () => {
  expectRatesChecked((learningRate) => rmsprop({ learningRate }), 'rmsprop');
});

test('refuses options out of range', () => {
  expect(() => rmsprop({ decay: 1 })).toThrow(ArgumentRangeError);
  expect(() => rmsprop({ decay: 1 })).toThrow('Expected a number in [0, 1) for decay of rmsprop');
  expect(() => rmsprop({ centered: 'false' as never })).toThrow(
    'a boolean for centered of rmsprop',
  );
  expect(() => rmsprop({ alpha: 0.9 } as never)).toThrow('rmsprop: Unknown option alpha');
});
