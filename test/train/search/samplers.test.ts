import { type ParamsOf, type SearchSpace, search } from '../../../lib/train';

const TRIALS = 60;
const SEEDS = 20;

const branin = {
  space: {
    x: { kind: 'uniform', low: -5, high: 10 },
    y: { kind: 'uniform', low: 0, high: 15 },
  } as const satisfies SearchSpace,
  value: (x: number, y: number) =>
    (y - (5.1 * x * x) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6) ** 2 +
    10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
    10,
};

const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];
const WEIGHTS = [1, 1.2, 3, 3.2];

function hartmann6(x: readonly number[]): number {
  return -WEIGHTS.reduce((sum, weight, i) => {
    const distance = x.reduce(
      (d, xj, j) => d + (A[i]?.[j] ?? Number.NaN) * (xj - (P[i]?.[j] ?? Number.NaN)) ** 2,
      0,
    );
    return sum + weight * Math.exp(-distance);
  }, 0);
}

const UNIT = { kind: 'uniform', low: 0, high: 1 } as const;
const SIX = { a: UNIT, b: UNIT, c: UNIT, d: UNIT, e: UNIT, f: UNIT } as const;

const MIXED = {
  optimizer: { kind: 'categorical', choices: ['sgd', 'adam', 'lion'] },
  rate: { kind: 'log-uniform', low: 1e-6, high: 1 },
  layers: { kind: 'integer', low: 1, high: 12 },
  momentum: { kind: 'uniform', low: 0, high: 1, when: { optimizer: 'sgd' } },
} as const satisfies SearchSpace;

/** Least, 0, with sgd, a rate of 0.001, 4 layers and a momentum of 0.9. */
function mixed({ optimizer, rate, layers, momentum }: ParamsOf<typeof MIXED>): number {
  const kind = { sgd: 0, adam: 0.5, lion: 2 }[optimizer];
  const own = momentum === undefined ? 0 : 2 * (momentum - 0.9) ** 2;
  return kind + own + Math.log10(rate / 1e-3) ** 2 + (layers - 4) ** 2 / 10;
}

/** P(at least so many heads of n throws): the one-sided sign test. */
function signTest(wins: number, n: number): number {
  let term = 0.5 ** n;
  let sum = 0;
  for (let k = 0; k <= n; k++) {
    if (k >= wins) sum += term;
    term *= (n - k) / (k + 1);
  }
  return sum;
}

/** By how many seeds TPE finds a smaller value than random search does. */
async function comparison<const S extends SearchSpace>(
  space: S,
  value: (params: ParamsOf<S>) => number,
): Promise<number> {
  let wins = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const best = async (sampler: 'tpe' | 'random') => {
      const result = await search(space, value, {
        trials: TRIALS,
        goal: 'minimize',
        sampler,
        seed,
      });
      expect(result.trials).toHaveLength(TRIALS);
      return result.best?.value ?? Number.NaN;
    };
    if ((await best('tpe')) < (await best('random'))) wins++;
  }
  return wins;
}

test('the functions have their known least values', () => {
  expect(branin.value(Math.PI, 2.275)).toBeCloseTo(0.397887, 5);
  expect(hartmann6([0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573])).toBeCloseTo(
    -3.32237,
    4,
  );
  expect(signTest(15, 20)).toBeCloseTo(0.0207, 4);
});

test('TPE beats random search on Branin', async () => {
  const wins = await comparison(branin.space, ({ x, y }) => branin.value(x, y));
  expect(signTest(wins, SEEDS)).toBeLessThan(0.05);
});

test('TPE beats random search on Hartmann-6', async () => {
  const wins = await comparison(SIX, ({ a, b, c, d, e, f }) => hartmann6([a, b, c, d, e, f]));
  expect(signTest(wins, SEEDS)).toBeLessThan(0.05);
});

test('TPE beats random search where kinds are mixed and depend on each other', async () => {
  const wins = await comparison(MIXED, mixed);
  expect(signTest(wins, SEEDS)).toBeLessThan(0.05);
});

test.each(['random', 'tpe', 'grid'] as const)(
  '%s: the same seed, the same trials',
  async (sampler) => {
    const run = async (seed: number) =>
      (await search(MIXED, mixed, { trials: 30, sampler, seed })).trials.map(
        ({ number, params, value }) => ({ number, params, value }),
      );
    const first = await run(3);
    expect(await run(3)).toEqual(first);
    if (sampler !== 'grid') expect(await run(4)).not.toEqual(first);
  },
);
