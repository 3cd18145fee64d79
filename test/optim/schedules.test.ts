import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { constant, cosineDecay, linearWarmup, type Schedule, stepDecay } from '../../lib/optim';
import { expectNumbers } from '../helpers/gradients';

function rates(schedule: Schedule, count: number): number[] {
  return Array.from({ length: count }, (_, step) => schedule(step));
}

test('constant', () => {
  expect(rates(constant(0.1), 3)).toEqual([0.1, 0.1, 0.1]);
});

test('linearWarmup rises to the rate, or to the start of what follows', () => {
  expectNumbers(rates(linearWarmup({ steps: 4, rate: 1 }), 6), [0.25, 0.5, 0.75, 1, 1, 1], 1e-15);
  const decay = stepDecay({ rate: 8, every: 1, factor: 0.5 });
  expectNumbers(rates(linearWarmup({ steps: 2, rate: decay }), 5), [4, 8, 8, 4, 2], 1e-15);
});

test('cosineDecay falls from the rate to the end, and stays', () => {
  const half = Math.SQRT1_2 / 2;
  const expected = [1, 0.5 + half, 0.5, 0.5 - half, 0, 0];
  expectNumbers(rates(cosineDecay({ rate: 1, steps: 4 }), 6), expected, 1e-15);
  const raised = cosineDecay({ rate: 3, steps: 2, end: 1 });
  expectNumbers(rates(raised, 4), [3, 2, 1, 1], 1e-15);
});

test('stepDecay multiplies by the factor at every so many steps', () => {
  expectNumbers(rates(stepDecay({ rate: 1, every: 2 }), 5), [1, 1, 0.1, 0.1, 0.01], 1e-15);
});

test('refuses options that are no rates and no numbers of steps', () => {
  expect(() => constant(Number.NaN)).toThrow(ArgumentRangeError);
  expect(() => cosineDecay({ rate: 1, steps: 0 })).toThrow('steps of cosineDecay');
  expect(() => stepDecay({ rate: 1, every: 1.5 })).toThrow('every of stepDecay');
  expect(() => linearWarmup({ steps: 1, rate: Number.NaN })).toThrow('rate of linearWarmup');
  expect(() => linearWarmup({ steps: 1, rate: '1' as never })).toThrow(ArgumentTypeError);
  expect(() => linearWarmup({ steps: 1, rate: 1, end: 2 } as never)).toThrow('Unknown option end');
});

test.each<[string, Schedule]>([
  ['constant', constant(1)],
  ['linearWarmup', linearWarmup({ steps: 2, rate: 1 })],
  ['cosineDecay', cosineDecay({ rate: 1, steps: 2 })],
  ['stepDecay', stepDecay({ rate: 1, every: 2 })],
])('%s refuses steps that are none', (name, schedule) => {
  for (const junk of [1n, {}, undefined, Symbol('step'), Number.NaN, -1]) {
    expect(() => schedule(junk as number)).toThrow(`a number of at least 0 for step of ${name}`);
  }
});

test('linearWarmup refuses a rate of what follows that is no number', () => {
  const schedule = linearWarmup({ steps: 2, rate: (() => 'much') as unknown as Schedule });
  expect(() => schedule(0)).toThrow('Expected a finite number for rate of linearWarmup');
});
