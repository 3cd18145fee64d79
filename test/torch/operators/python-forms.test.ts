import { type Tensor, torch } from '../../../lib/torch';

const x = torch.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

test('size and stride of all dimensions, or of one', () => {
  expect(x.size()).toEqual([2, 3]);
  expect(x.size(-1)).toBe(3);
  expect(x.t().stride()).toEqual([1, 3]);
  expect(x.stride(0)).toBe(3);
  expect(() => x.size('x' as never)).toThrow('integer for dim');
});

test('nonzero as one tensor, or one for each dimension', () => {
  const mask = x.gt(4);
  expect(torch.nonzero(mask).tolist()).toEqual([
    [1n, 1n],
    [1n, 2n],
  ]);
  expect(mask.nonzero().shape).toEqual([2, 2]);
  const places = torch.nonzero(mask, { asTuple: true });
  expect(places.map((place) => place.tolist())).toEqual([
    [1n, 1n],
    [1n, 2n],
  ]);
  expect(x.index(mask.nonzero({ asTuple: true })).tolist()).toEqual([5, 6]);
  expect(() => torch.nonzero(x, { as: true } as never)).toThrow('Unknown option as');
});

describe('tensordot', () => {
  const a = torch.arange(60, { dtype: 'float32' }).view(3, 4, 5);
  const b = torch.arange(24, { dtype: 'float32' }).view(4, 3, 2);

  // Python's: torch.tensordot(a, b, dims=([1, 0], [0, 1]))
  const expected = [
    [4400, 4730],
    [4532, 4874],
    [4664, 5018],
    [4796, 5162],
    [4928, 5306],
  ];

  test.each<[string, () => Tensor]>([
    [
      'by name',
      () =>
        torch.tensordot(a, b, {
          dims: [
            [1, 0],
            [0, 1],
          ],
        }),
    ],
    [
      'in one argument',
      () =>
        a.tensordot(b, [
          [1, 0],
          [0, 1],
        ]),
    ],
    ['in two', () => torch.tensordot(a, b, [1, 0], [0, 1])],
    ['by their number', () => a.permute(2, 1, 0).tensordot(b, 2)],
    ['by default', () => torch.tensordot(a.permute(2, 1, 0), b)],
  ])('dimensions %s', (_, run) => {
    expect(run().tolist()).toEqual(expected);
  });

  test('refuses dimensions that are none', () => {
    for (const dims of [-1, 4, 1.5, 'x', [[1]]]) {
      expect(() => torch.tensordot(a, b, dims as never)).toThrow('an integer from 0 to 3');
    }
    expect(() => torch.tensordot(a, 1 as never)).toThrow('a tensor for other');
  });
});
