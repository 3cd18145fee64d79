import { minibatches, selectRows } from '../../lib/meta/minibatches';
import { type Tensor, torch } from '../../lib/torch';

const labels = torch.tensor([
  [0n, -100n, 1n, -100n, 2n],
  [-100n, 0n, 1n, 2n, 0n],
]);

test('draws rows of every task without putting back, filling rows last', () => {
  const draw = minibatches(labels, 3, torch.generator(1));
  const seen = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const rows = draw()?.tolist() as bigint[][];
    expect([...(rows[0] ?? [])].sort()).toEqual([0n, 2n, 4n]);
    const second = rows[1] ?? [];
    expect(new Set(second).size).toBe(3);
    expect(second).not.toContain(0n);
    seen.add(second.join());
  }
  expect(seen.size).toBeGreaterThan(5);
});

test('draws targets that are NaN last', () => {
  const none = Number.NaN;
  const targets = torch.tensor([
    [
      [none, none],
      [1, none],
      [2, 3],
      [none, none],
    ],
  ]);
  for (let seed = 0; seed < 20; seed++) {
    const rows = minibatches(targets, 2, torch.generator(seed))() as Tensor;
    expect((rows.tolist() as bigint[][])[0]?.sort()).toEqual([1n, 2n]);
  }
});

test('draws for every task by itself', () => {
  const draw = minibatches(torch.zeros([2, 50], { dtype: 'int64' }), 10, torch.generator(1));
  const [first, second] = (draw() as Tensor).tolist() as bigint[][];
  expect(first).not.toEqual(second);
});

test('all rows need no draw and no generator', () => {
  expect(minibatches(labels, 5, undefined)()).toBeUndefined();
  expect(minibatches(labels, undefined, undefined)()).toBeUndefined();
  expect(() => minibatches(labels, 4, undefined)()).toThrow(TypeError);
});

test('selects rows of each task', () => {
  const x = torch.arange(20).reshape([2, 5, 2]);
  const rows = torch.tensor([
    [4n, 0n],
    [1n, 1n],
  ]);
  expect(selectRows(x, rows).tolist()).toEqual([
    [
      [8n, 9n],
      [0n, 1n],
    ],
    [
      [12n, 13n],
      [12n, 13n],
    ],
  ]);
});
