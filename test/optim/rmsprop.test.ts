import { ArgumentRangeError } from '../../lib/errors';
import { rmsprop } from '../../lib/optim';
import { torch } from '../../lib/torch';
import {
  casesOf,
  expectDifferentiable,
  expectPure,
  expectPyTorchSteps,
  expectRatesChecked,
  expectShapesChecked,
} from '../helpers/optimizers';

test.each(casesOf('rmsprop'))('takes the steps of PyTorch: $options', ({ options, params }) => {
  expectPyTorchSteps(rmsprop(options), params);
  torch.noGrad(() => expectPyTorchSteps(rmsprop(options), params));
});

test.each([{}, { decay: 0.5, momentum: 0.9, weightDecay: 0.1 }, { decay: 0.5, centered: true }])(
  'is twice differentiable through its steps: %j',
  (options) => {
    expectDifferentiable((learningRate) => rmsprop({ ...options, learningRate }));
  },
);

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
