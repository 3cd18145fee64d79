import { IGNORED, taskFeatures } from '../../lib/meta';
import { torch } from '../../lib/torch';

const labels = (rows: number[][]) => torch.tensor(rows, { dtype: 'int64' });

test('of two classes at right angles, by hand', () => {
  torch.scope(() => {
    const x = torch.tensor([
      [
        [2, 0],
        [3, 0],
        [0, 1],
        [0, 5],
      ],
    ]);
    const [found] = taskFeatures(x, labels([[0, 0, 1, 1]]), 2);
    expect(found?.logWays).toBeCloseTo(Math.log(2), 12);
    expect(found?.logShots).toBeCloseTo(Math.log(2), 12);
    expect(found?.closeness).toBeCloseTo(0, 12);
    expect(found?.cohesion).toBeCloseTo(1, 12);
    expect(found?.landmark).toBe(1);
  });
});

test('a row that is like the other class is not told right when it is left out', () => {
  torch.scope(() => {
    const x = torch.tensor([
      [
        [1, 0],
        [1, 0],
        [0, 1],
        [0, 1],
        [1, 0],
      ],
    ]);
    const [found] = taskFeatures(x, labels([[0, 0, 1, 1, 1]]), 2);
    expect(found?.landmark).toBeCloseTo(4 / 5, 12);
    expect(found?.logShots).toBeCloseTo(Math.log(2.5), 12);
  });
});

test('classes of one example say nothing of cohesion, and are guessed by chance', () => {
  torch.scope(() => {
    const x = torch.tensor([
      [
        [1, 0, 0],
        [0, 1, 0],
        [1, 1, 0],
      ],
    ]);
    const [found] = taskFeatures(x, labels([[0, 1, 2]]), 3);
    expect(found?.cohesion).toBe(0);
    expect(found?.landmark).toBeCloseTo(1 / 3, 12);
    // cos 90°, 45° and 45°
    expect(found?.closeness).toBeCloseTo(Math.SQRT2 / 3, 6);
  });
});

test('neither order, names of classes, other tasks nor rows that fill up matter', () => {
  torch.scope(() => {
    const generator = torch.generator(1);
    const x = torch.randn([1, 6, 4], { generator });
    const [alone] = taskFeatures(x, labels([[0, 0, 1, 1, 2, 2]]), 3);
    const order = torch.tensor([5, 3, 1, 0, 2, 4], { dtype: 'int64' });
    const filler = torch.randn([1, 1, 4], { generator });
    const moved = torch.cat([x.indexSelect(1, order), filler], 1);
    const both = torch.cat([torch.randn([1, 7, 4], { generator }), moved]);
    const own = [
      [0, 0, 1, 1, 2, 2, 2],
      [0, 1, 2, 2, 1, 0, IGNORED],
    ];
    const [, again] = taskFeatures(both, labels(own), 3);
    for (const name of ['closeness', 'cohesion', 'landmark', 'logShots', 'logWays'] as const) {
      expect(again?.[name]).toBeCloseTo(alone?.[name] ?? Number.NaN, 9);
    }
  });
});

test('refuses what is no support set', () => {
  expect(() => taskFeatures(torch.ones([2, 2]), labels([[0, 1]]), 2)).toThrow('[T, s, D]');
  expect(() => taskFeatures(torch.ones([1, 2, 2]), labels([[0, 2]]), 2)).toThrow('0 to 1');
});
