import { type SearchSpace, search } from '../../../lib/train';

const SPACE = { n: { kind: 'integer', low: 0, high: 9 } } as const satisfies SearchSpace;
const GRID = { kind: 'grid', points: 10 } as const;

test('trials that fail are recorded, and the search goes on', async () => {
  const { best, trials } = await search(
    SPACE,
    ({ n }) => {
      if (n === 3) throw new RangeError('not three');
      return n === 5 ? Number.NaN : n;
    },
    { trials: 10, sampler: GRID },
  );
  expect(best).toMatchObject({ number: 9, value: 9, state: 'completed' });
  expect(trials.filter(({ state }) => state === 'completed')).toHaveLength(8);
  expect(trials.slice(8)).toMatchObject([
    { number: 3, state: 'failed', error: 'RangeError: not three' },
    { number: 5, state: 'failed', error: expect.stringContaining('received NaN') },
  ]);
});

test('hopeless trials end early', async () => {
  const steps = new Map<number, number>();
  const { best, trials } = await search(
    SPACE,
    ({ n }, trial) => {
      for (let step = 1; step <= 9; step++) {
        steps.set(n, step);
        trial.report(step, 9 - n);
      }
      return 9 - n;
    },
    { trials: 10, sampler: GRID, pruner: { least: 1, eta: 3 } },
  );
  expect(best).toMatchObject({ number: 0, value: 9 });
  expect(steps.get(0)).toBe(9);
  // All that are worse than the first end at the first rung.
  expect([...steps.values()].slice(1)).toEqual(new Array(9).fill(1));
  expect(trials.filter(({ state }) => state === 'pruned')).toHaveLength(9);
});

test('a signal ends the search, and its trial is not one that failed', async () => {
  const controller = new AbortController();
  const { trials, stopped } = await search(
    SPACE,
    ({ n }, { signal }) => {
      if (n === 2) controller.abort(new Error('enough'));
      signal.throwIfAborted();
      return n;
    },
    { trials: 10, sampler: GRID, signal: controller.signal },
  );
  expect(stopped).toEqual(new Error('enough'));
  expect(trials.map(({ state }) => state)).toEqual(['completed', 'completed', 'running']);
});

test('wrong spaces and options are refused by name', async () => {
  const run = (space: SearchSpace) => search(space, () => 1, { trials: 1 });
  await expect(run({})).rejects.toThrow('at least one parameter');
  await expect(run({ a: { kind: 'uniform', low: 2, high: 1 } })).rejects.toThrow('space.a.high');
  await expect(run({ a: { kind: 'log-uniform', low: 0, high: 1 } })).rejects.toThrow('space.a.low');
  await expect(run({ a: { kind: 'uniform', low: 0, high: 1, when: { b: 1 } } })).rejects.toThrow(
    'space.a.when',
  );
  await expect(search(SPACE, () => 1, { trials: 0 })).rejects.toThrow('trials');
});
