import { type Tensor, torch } from '../../../lib/torch/index';
import {
  expectClose,
  expectGradients,
  expectSameOnThreads,
  expectSameSecondGradientsOfEach,
  expectSameThirdGradients,
  float64,
} from '../../helpers/gradients';

const [B, A, K, HEADS] = [2, 3, 5, 2];
const inputs = (): Tensor[] => [
  float64([B, A, 8], 1),
  float64([B, K, 8], 2),
  float64([B, K, 6], 3),
];
/** Of the three queries one sees some keys, one none and one all. */
const mask = torch.tensor([
  [1, 0, 1, 1, 0],
  [0, 0, 0, 0, 0],
  [1, 1, 1, 1, 1],
]);

type Options = { heads?: number; mask?: Tensor };
const fused =
  (options: Options) =>
  (...[q, k, v]: Tensor[]): Tensor =>
    torch.attention(q as Tensor, k as Tensor, v as Tensor, options);

/** By libtorch's operators, head by head. */
const byParts =
  ({ heads = 1, mask: seen }: Options) =>
  (...parts: Tensor[]): Tensor => {
    const each = Array.from({ length: heads }, (_, head) => {
      const [q, k, v] = parts.map((x) => x.chunk(heads, -1)[head]) as [Tensor, Tensor, Tensor];
      const scores = q.matmul(k.mT).div(Math.sqrt(q.size(-1)));
      return (seen ? torch.maskedSoftmax(scores, seen, -1) : scores.softmax(-1)).matmul(v);
    });
    return torch.cat(each, -1);
  };

const CASES: readonly (readonly [string, Options])[] = [
  ['one head', {}],
  ['two heads', { heads: HEADS }],
  ['a mask', { mask }],
  ['two heads and a mask', { heads: HEADS, mask }],
];

describe.each(CASES)('with %s', (_, options) => {
  test('is attention, in double and in single precision', () => {
    expectClose(fused(options)(...inputs()), byParts(options)(...inputs()));
    const single = inputs().map((x) => x.to('float32'));
    expectClose(fused(options)(...single), byParts(options)(...single), 1e-6);
  });

  test('has gradients and gradients of gradients', () => {
    expectGradients(fused(options), inputs());
  });

  test('its third gradients are those of its parts', () => {
    expectSameThirdGradients(fused(options), byParts(options), inputs());
  });
});

test('equals libtorch’s attention', () => {
  const [q, k, v] = inputs() as [Tensor, Tensor, Tensor];
  expectClose(torch.attention(q, k, v), torch.scaledDotProductAttention(q, k, v));
  const some = torch.tensor([1, 0, 1, 1, 0]).ne(0).expand([A, K]);
  const expected = torch.scaledDotProductAttention(q, k, v, some);
  expectClose(torch.attention(q, k, v, { mask: some }), expected);
});

test('gives zeros, and no gradient, where nothing may be looked at', () => {
  const own = inputs().map((x) => x.requiresGrad_());
  const y = fused({ mask })(...own);
  expect(Number(y.select(1, 1).abs().max().item())).toBe(0);
  const [toQueries] = torch.grad(y.sum(), own) as [Tensor];
  expect(Number(toQueries.select(1, 1).abs().max().item())).toBe(0);
});

test('single precision at sizes beyond a tile, to second order', () => {
  for (const [a, b, d, heads] of [
    [20, 20, 16, 4],
    [1, 70, 5, 1],
    [70, 1, 33, 1],
    [90, 100, 40, 2],
  ] as const) {
    const exact = [
      float64([2, a, d * heads], 4),
      float64([2, b, d * heads], 5),
      float64([2, b, d * heads], 6),
    ];
    const second = (given: Tensor[]): Tensor[] => {
      const own = given.map((x) => x.requiresGrad_());
      const y = fused({ heads })(...own);
      const first = torch.grad(y.pow(2).sum(), own, { createGraph: true });
      const sum = first.map((g) => g.mul(0.01).sin().sum()).reduce((x, z) => x.add(z));
      return [y, ...first, ...torch.grad(sum, own)];
    };
    const single = exact.map((x) => x.to('float32'));
    const expected = second(exact);
    for (const [i, found] of second(single).entries()) {
      expectClose(found.to('float64'), expected[i] as Tensor, 1e-4);
    }
  }
});

test('great, infinite and missing numbers go through as in libtorch', () => {
  const [q, k, v] = inputs().map((x) => x.to('float32')) as [Tensor, Tensor, Tensor];
  const great = q.mul(1e4);
  expectClose(torch.attention(great, k, v), byParts({})(great, k, v), 1e-6);
  const missing = q.clone();
  missing.select(1, 1).fill_(Number.NaN);
  const y = torch.attention(missing, k, v);
  expect(y.select(1, 1).isnan().all().item()).toBe(true);
  expectClose(y.select(1, 0), torch.attention(q, k, v).select(1, 0), 0);
});

test('gradients where only some are asked for', () => {
  const options = { heads: 2 };
  expectSameSecondGradientsOfEach(fused(options), byParts(options), inputs());
});

test('one tensor in all three places has all of its gradients', () => {
  const x = float64([B, 4, 6], 7);
  const self = (fn: (...parts: Tensor[]) => Tensor) => (own: Tensor) => fn(own, own, own);
  const options = { heads: 3 };
  expectSameThirdGradients(self(fused(options)), self(byParts(options)), [x]);
});

test('any leading dimensions, and views', () => {
  const [q, k, v] = inputs() as [Tensor, Tensor, Tensor];
  const flat = torch.attention(q, k, v, { heads: 2 });
  const lead = (x: Tensor): Tensor => x.unflatten(0, [1, B]);
  expectClose(torch.attention(lead(q), lead(k), lead(v), { heads: 2 }), lead(flat), 0);
  const one = [q, k, v].map((x) => x.select(0, 1)) as [Tensor, Tensor, Tensor];
  expectClose(torch.attention(...one, { heads: 2 }), flat.select(0, 1), 0);
  const packed = torch.cat([k, k.mul(2), v], -1);
  const parts = [q, packed.narrow(-1, 0, 8), packed.narrow(-1, 16, 6)] as const;
  expectClose(torch.attention(...parts, { heads: 2 }), flat, 0);
  const columns = [q, k, v].map((x) => x.mT.contiguous().mT) as [Tensor, Tensor, Tensor];
  expectClose(torch.attention(...columns, { heads: 2 }), flat, 0);
});

test('leading dimensions that broadcast, long sequences and empty ones, by several operators', () => {
  const [q, k, v] = inputs() as [Tensor, Tensor, Tensor];
  const shared = [k, v].map((x) => x.narrow(0, 0, 1)) as [Tensor, Tensor];
  expectClose(torch.attention(q, ...shared), byParts({})(q, ...shared));
  const long = [float64([1, 33, 2]), float64([1, 32, 2], 2), float64([1, 32, 2], 3)];
  expectClose(fused({})(...long), byParts({})(...long));
  const longer = [257, 256, 256].map((n, i) => float64([1, n, 2], i).to('float32'));
  expectClose(fused({})(...longer), byParts({})(...longer), 1e-6);
  const none = [k, v].map((x) => x.narrow(1, 0, 0)) as [Tensor, Tensor];
  expect(
    Number(
      torch
        .attention(q, ...none)
        .abs()
        .sum()
        .item(),
    ),
  ).toBe(0);
  expect(torch.attention(q.narrow(1, 0, 0), k, v).shape).toEqual([B, 0, 6]);
});

test('the same on any number of threads', () => {
  const given = [20, 30, 30].map((n, i) =>
    torch.randn([50, n, 32], { generator: torch.generator(i) }),
  );
  expectSameOnThreads(fused({ heads: 2 }), given);
});

test('vmap, autocast and other dtypes, by several operators', () => {
  const [q, k, v] = inputs() as [Tensor, Tensor, Tensor];
  const both = torch.stack([q, q.mul(2)]);
  const mapped = torch.vmap((each) => torch.attention(each as Tensor, k, v, { heads: 2 }));
  const plain = (x: Tensor): Tensor => torch.attention(x, k, v, { heads: 2 });
  expectClose(mapped(both) as Tensor, torch.stack([plain(q), plain(q.mul(2))]));
  const seen = torch.stack([mask, mask.flip([0])]);
  const masked = torch.vmap((each) => torch.attention(q, k, v, { mask: each as Tensor }));
  const expected = [mask, mask.flip([0])].map((each) => torch.attention(q, k, v, { mask: each }));
  expectClose(masked(seen) as Tensor, torch.stack(expected));
  const single = inputs().map((x) => x.to('float32'));
  const cast = torch.autocast('cpu', 'bfloat16', () => fused({})(...single));
  expectClose(cast.to('float64'), byParts({})(...inputs()), 0.05);
  const half = inputs().map((x) => x.to('bfloat16'));
  expectClose(fused({})(...half).to('float64'), byParts({})(...inputs()), 0.05);
});

test('says what does not fit', () => {
  const [q, k, v] = inputs() as [Tensor, Tensor, Tensor];
  const code = (name: string) => expect.objectContaining({ code: name });
  const shape = code('ERR_TORCH_SHAPE');
  expect(() => torch.attention(q, k.narrow(2, 0, 6), v)).toThrow(shape);
  expect(() => torch.attention(q, k.narrow(1, 0, 4), v)).toThrow(shape);
  expect(() => torch.attention(q, k, v, { heads: 3 })).toThrow(shape);
  expect(() => torch.attention(q, k, v, { heads: 0 })).toThrow(
    'Expected a positive integer for heads but received number 0',
  );
  expect(() => torch.attention(q, k, v, { mask: torch.ones([4, 5]) })).toThrow(shape);
  expect(() => torch.attention(q, k.to('float32'), v)).toThrow(code('ERR_TORCH_DTYPE'));
  expect(() => torch.attention(q, 1 as never, v)).toThrow('Expected a tensor for keys');
  expect(() => torch.attention(q, k, v, { mask: 1 as never })).toThrow('a tensor for mask');
});
