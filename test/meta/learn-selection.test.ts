import fc from 'fast-check';
import { learnSelection, type TaskRecord } from '../../lib/meta';
import { RandomSource } from '../../lib/text/random-source';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Tasks on which `many` wins with many shots and `few` with few, and `middle` never. */
function board(seed: number, { count = 40, strength = 0.2 } = {}): TaskRecord[] {
  const random = new RandomSource(seed);
  return Array.from({ length: count }, (_, i) => {
    const shots = (i % 8) - 3.5;
    const noise = () => 0.02 * (random.nextFloat() - 0.5);
    const level = random.nextFloat();
    return {
      features: { shots, other: random.nextFloat() },
      scores: {
        few: level - 0.05 * strength * shots + noise(),
        many: level + 0.05 * strength * shots + noise(),
        middle: level - 0.2 * strength + noise(),
      },
    };
  });
}

test('chooses by the feature that decides, and nearly as well as who knows all scores', () => {
  const selection = learnSelection(board(1, { strength: 1 }));
  const others = board(2, { strength: 1 });
  const scoreOf = (name: string, { scores }: TaskRecord) => scores[name] ?? Number.NaN;
  const chosen = mean(others.map((task) => scoreOf(selection.choose(task.features).best, task)));
  const single = mean(others.map((task) => scoreOf(selection.single, task)));
  const oracle = mean(others.map(({ scores }) => Math.max(...Object.values(scores))));
  expect(chosen - single).toBeGreaterThan(0.8 * (oracle - single));
  expect(selection.choose({ shots: -3, other: 0.5 }).best).toBe('few');
  expect(selection.choose({ shots: 3, other: 0.5 }).best).toBe('many');
  expect(mean(selection.gains)).toBeGreaterThan(0);
});

test('expected scores are those of ridge regression written out', () => {
  // One feature of −1 and 1, so that it is its own standard form: w = Σ f s / (n + λ n).
  const tasks = [-1, 1, -1, 1].map((f) => ({
    features: { f },
    scores: { a: 0.5 + 0.2 * f, b: 0.5 - 0.2 * f },
  }));
  const { choose, lambda } = learnSelection(tasks);
  expect(lambda).toBeLessThan(Infinity);
  const { best, expected } = choose({ f: 1 });
  expect(best).toBe('a');
  expect(expected.a).toBeCloseTo(0.2 / (1 + lambda), 9);
  expect(expected.b).toBeCloseTo(-0.2 / (1 + lambda), 9);
});

test('where features say nothing the best single algorithm is chosen always', () => {
  const random = new RandomSource(5);
  const tasks = Array.from({ length: 30 }, () => ({
    features: { noise: random.nextFloat() },
    scores: { a: 0.6 + 0.2 * random.nextFloat(), b: 0.5 + 0.2 * random.nextFloat() },
  }));
  const { single, lambda, choose, gains } = learnSelection(tasks);
  expect([single, lambda]).toEqual(['a', Infinity]);
  for (const noise of [-5, 0, 5]) expect(choose({ noise }).best).toBe('a');
  expect(gains).toEqual(tasks.map(() => 0));
});

test('a feature that does not vary, and a level common to all algorithms, change nothing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (seed, level) => {
        const tasks = board(seed, { count: 16, strength: 1 });
        const moved = tasks.map(({ features, scores }) => ({
          features: { ...features, constant: level },
          scores: Object.fromEntries(
            Object.entries(scores).map(([name, one]) => [name, one + level]),
          ),
        }));
        const [first, second] = [learnSelection(tasks), learnSelection(moved)];
        for (const { features } of tasks) {
          const own = first.choose(features).expected;
          const again = second.choose({ ...features, constant: level + 1 }).expected;
          for (const [name, value] of Object.entries(own))
            expect(again[name]).toBeCloseTo(value, 6);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('refuses boards that are not whole', () => {
  const [a, b, c] = board(1) as [TaskRecord, TaskRecord, TaskRecord];
  expect(() => learnSelection([a, b])).toThrow('at least 3 tasks');
  expect(() => learnSelection(new Array(2 ** 32 - 1))).toThrow('an array without holes for tasks');
  expect(() => learnSelection([a, b, { ...c, scores: { few: 1, many: 1 } }])).toThrow(
    'middle of the scores of tasks[2]',
  );
  expect(() => learnSelection([a, b, { ...c, scores: { ...c.scores, few: Number.NaN } }])).toThrow(
    'a finite number',
  );
  expect(() => learnSelection([a, b, { ...c, features: { ...c.features, own: 1 } }])).toThrow(
    'none but shots, other',
  );
  const { choose } = learnSelection([a, b, c]);
  expect(() => choose({ shots: 1 })).toThrow('other of the features');
});
