import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { linearWarmup, type PlateauOptions, reduceOnPlateau } from '../../lib/optim';
import { expectNumbers } from '../helpers/gradients';

/** The rate after each observation. */
function rates(options: Partial<PlateauOptions>, metrics: readonly number[]): number[] {
  const schedule = reduceOnPlateau({ rate: 1, ...options });
  return metrics.map((metric) => {
    schedule.observe(metric);
    return schedule(0);
  });
}

// Values of torch.optim.lr_scheduler.ReduceLROnPlateau, PyTorch 2.13.
test.each<[string, Partial<PlateauOptions>, number[], number[]]>([
  [
    'a loss',
    { factor: 0.5, patience: 1 },
    [1, 0.9, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8],
    [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125],
  ],
  [
    'an accuracy, with a pause and a least rate',
    { mode: 'max', factor: 0.1, patience: 1, threshold: 0.01, cooldown: 2, minRate: 0.02 },
    [0.5, 0.55, 0.5505, 0.551, 0.56, 0.56, 0.56, 0.56, 0.56, 0.56],
    [1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.02, 0.02, 0.02],
  ],
  [
    'a difference',
    { mode: 'max', factor: 0.3, patience: 0, threshold: 0.01, thresholdMode: 'abs' },
    [0.5, 0.55, 0.5505, 0.551, 0.56, 0.57, 0.58, 0.56, 0.56, 0.56],
    [1, 1, 0.3, 0.09, 0.027, 0.027, 0.0081, 0.00243, 0.000729, 0.0002187],
  ],
  [
    'numbers that are none',
    { factor: 0.5, patience: 0, threshold: 0.01 },
    [-1, -1.1, -1.1005, -1.2, Number.NaN, Number.NaN, -3],
    [1, 1, 1, 1, 0.5, 0.25, 0.25],
  ],
  ['the least rate', { factor: 0.5, patience: 0, minRate: 0.3 }, [1, 1, 1, 1], [1, 0.5, 0.3, 0.3]],
])('reduces the rate as PyTorch does: %s', (_, options, metrics, expected) => {
  expectNumbers(rates(options, metrics), expected, 1e-15);
});

test('goes on from a state as if it had never been away', () => {
  const options = { rate: 1, factor: 0.5, patience: 1, cooldown: 1 };
  const metrics = [1, 1, 1, 1, 0.5, 0.6, 0.6, 0.6, 0.6, Number.NaN, 0.4, 0.4, 0.4];
  const whole = rates(options, metrics);
  for (let cut = 0; cut <= metrics.length; cut++) {
    const first = reduceOnPlateau(options);
    for (const metric of metrics.slice(0, cut)) first.observe(metric);
    const second = reduceOnPlateau(options);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    const rest = metrics.slice(cut).map((metric) => {
      second.observe(metric);
      return second(0);
    });
    expect(rest).toEqual(whole.slice(cut));
  }
});

test('may follow a warm-up', () => {
  const plateau = reduceOnPlateau({ rate: 1, patience: 0, factor: 0.5 });
  const schedule = linearWarmup({ steps: 2, rate: plateau });
  plateau.observe(1);
  expect([0, 1, 2].map(schedule)).toEqual([0.5, 1, 1]);
  plateau.observe(1);
  expect(schedule(3)).toBe(0.5);
});

test('refuses options, metrics, steps and states that are none', () => {
  expect(() => reduceOnPlateau({ rate: 0 })).toThrow('rate of reduceOnPlateau');
  expect(() => reduceOnPlateau({ rate: 1, factor: 1 })).toThrow(ArgumentRangeError);
  expect(() => reduceOnPlateau({ rate: 1, mode: 'most' as never })).toThrow("'min' or 'max'");
  expect(() => reduceOnPlateau({ rate: 1, stepts: 1 } as never)).toThrow('Unknown option stepts');
  const schedule = reduceOnPlateau({ rate: 1 });
  expect(() => schedule(-1)).toThrow('a number of at least 0 for step of reduceOnPlateau');
  expect(() => schedule.observe('x' as never)).toThrow(ArgumentTypeError);
  expect(() => schedule.restore({ rate: 1 })).toThrow(
    /Expected the state of a plateau for state: .*state\.best/,
  );
});
