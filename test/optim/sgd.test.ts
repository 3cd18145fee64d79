import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { sgd } from '../../lib/optim';
import { torch } from '../../lib/torch';
import {
  casesOf,
  expectDifferentiable,
  expectPure,
  expectPyTorchSteps,
  expectPyTorchStepsByTensorRate,
  expectRatesChecked,
  expectShapesChecked,
} from '../helpers/learners/optimizers';

test.each(casesOf('sgd'))('takes the steps of PyTorch: $options', ({ options, params }) => {
  const optimizer = sgd({ learningRate: 0.1, ...options });
  expectPyTorchSteps(optimizer, params);
  torch.noGrad(() => expectPyTorchSteps(optimizer, params));
});

test.each(casesOf('sgd'))('takes them with a tensor for its rate: $options', (one) => {
  expectPyTorchStepsByTensorRate(sgd, one, 0.1);
});

test.each([
  {},
  { momentum: 0.9, weightDecay: 0.1 },
  { momentum: 0.9, dampening: 0.3 },
  { momentum: 0.9, nesterov: true },
])('is twice differentiable through its steps: %j', (options) => {
  expectDifferentiable((learningRate) => sgd({ learningRate, ...options }));
});

test('is pure', () => {
  expectPure(sgd({ learningRate: 0.1 }));
  expectPure(sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }));
});

test('takes a learning rate for every step, or a tensor of one for every task', () => {
  const params = { p: torch.tensor([[1], [1]]) };
  const gradients = { p: torch.tensor([[1], [1]]) };
  const scheduled = sgd({ learningRate: (step) => (step === 0 ? 0.5 : 0.25) });
  const first = scheduled.update(gradients, scheduled.init(params), params);
  const second = scheduled.update(gradients, first.state, first.params);
  expect(second.params.p.tolist()).toEqual([[0.25], [0.25]]);
  const perTask = sgd({ learningRate: torch.tensor([[1], [2]]) });
  const { params: moved } = perTask.update(gradients, perTask.init(params), params);
  expect(moved.p.tolist()).toEqual([[0], [-1]]);
});

test('refuses gradients and state of other shapes', () => {
  expectShapesChecked(sgd({ learningRate: 0.1, momentum: 0.9 }), 'sgd');
  expectShapesChecked(sgd({ learningRate: 0.1 }), 'sgd');
});

test('refuses rates of a schedule that are none', () => {
  expectRatesChecked((learningRate) => sgd({ learningRate }), 'sgd');
});

test('takes a rate of 0, which moves nothing', () => {
  const params = { p: torch.ones([2]) };
  const optimizer = sgd({ learningRate: 0 });
  expect(optimizer.update(params, optimizer.init(params), params).params.p.tolist()).toEqual([
    1, 1,
  ]);
});

test('keeps no velocity without momentum', () => {
  const params = { p: torch.ones([2]) };
  expect(sgd({ learningRate: 1 }).init(params).velocity).toEqual({});
});

test('refuses options out of range and trees of another structure', () => {
  expect(() => sgd({ learningRate: -1 })).toThrow(ArgumentRangeError);
  expect(() => sgd({} as never)).toThrow(
    'Expected a number of at least 0, a tensor or a function of the step for learningRate of sgd',
  );
  expect(() => sgd({ learningRate: 1, nesterov: true })).toThrow('nesterov of sgd');
  const damped = { learningRate: 1, momentum: 0.9, dampening: 0.1, nesterov: true };
  expect(() => sgd(damped)).toThrow('nesterov of sgd');
  expect(() => sgd({ learningRate: Infinity })).toThrow(ArgumentRangeError);
  expect(() => sgd({ learningRate: 1, weightDecay: Infinity })).toThrow(ArgumentRangeError);
  expect(() => sgd({ learningRate: 1, nesterov: 'no' as never })).toThrow('a boolean for nesterov');
  expect(() => sgd({ learningRate: 1, momentum: Number.NaN })).toThrow('momentum of sgd');
  expect(() => sgd({ learningRate: 1, lr: 1 } as never)).toThrow('sgd: Unknown option lr');
  const optimizer = sgd({ learningRate: 1 });
  const params = { p: torch.ones([2]) };
  const other = { q: torch.ones([2]) } as never;
  expect(() => optimizer.update(other, optimizer.init(params), params)).toThrow(ArgumentTypeError);
});
