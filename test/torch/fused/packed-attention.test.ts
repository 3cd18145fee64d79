import { type Tensor, torch } from '../../../lib/torch';
import { packedAttention } from '../../../lib/torch/fused/packed-attention';

const generator = torch.generator(1);
const randn = (...shape: number[]): Tensor =>
  torch.randn(shape, { generator, dtype: 'float64' }).to('float32');
const far = (one: Tensor, other: Tensor): number =>
  one.numel() === 0 ? 0 : Number(one.sub(other).abs().max().item());

/** Text by text and head by head, in float64. */
function plain(qkv: Tensor, lengths: readonly number[], heads: number, bias?: Tensor): Tensor {
  const size = qkv.size(1) / 3 / heads;
  let start = 0;
  const texts = lengths.map((length) => {
    const own = qkv.narrow(0, start, length).to('float64').unflatten(1, [3, heads, size]);
    start += length;
    const [q, k, v] = own.permute(1, 2, 0, 3).unbind(0);
    if (q === undefined || k === undefined || v === undefined) throw new Error('three parts');
    const scores = q.matmul(k.mT).div(Math.sqrt(size));
    const added = bias?.narrow(1, 0, length).narrow(2, 0, length).to('float64');
    const weights = (added === undefined ? scores : scores.add(added)).softmax(-1);
    return weights.matmul(v).transpose(0, 1).flatten(1);
  });
  return torch.cat(texts).to(qkv.dtype);
}

const random = { lengths: [3, 1, 14, 14, 31, 33, 95, 97, 130], heads: 4, size: 8 };

describe('packedAttention', () => {
  test.each([
    [random.lengths, 4, 8],
    [random.lengths.toReversed(), 3, 5],
    [[1], 1, 1],
    [[200], 2, 16],
    [[0, 5, 0], 2, 4],
    [[], 2, 4],
  ])(
    'of texts of %p tokens and %i heads is that of each text by itself',
    (lengths, heads, size) => {
      const tokens = lengths.reduce((a, b) => a + b, 0);
      const qkv = randn(tokens, 3 * heads * size);
      const longest = Math.max(1, ...lengths);
      for (const bias of [undefined, randn(heads, longest, longest + 2)]) {
        const found = packedAttention(qkv, lengths, heads, bias);
        expect(found.shape).toEqual([tokens, heads * size]);
        if (tokens === 0) continue;
        expect(far(found, plain(qkv, lengths, heads, bias))).toBeLessThan(2e-6);
        const double = packedAttention(qkv.double(), lengths, heads, bias?.double());
        expect(far(double, plain(qkv.double(), lengths, heads, bias))).toBeLessThan(1e-13);
      }
    },
  );

  test('takes queries that lie apart, and one bias for all heads', () => {
    const wide = randn(20, 2, 24);
    const qkv = wide.select(1, 1);
    const bias = randn(1, 12, 12).expand([2, -1, -1]);
    const found = packedAttention(qkv, [8, 12], 2, bias);
    expect(far(found, plain(qkv.contiguous(), [8, 12], 2, bias))).toBeLessThan(2e-6);
  });

  test('hides what a bias of −∞ or −10⁹ hides', () => {
    const qkv = randn(4, 6);
    const changed = qkv.clone();
    changed.narrow(0, 3, 1).narrow(1, 2, 4).mul_(5);
    for (const never of [-Infinity, -1e9]) {
      const bias = torch.full([1, 4, 4], never).triu(1);
      const [one, other] = [qkv, changed].map((x) => packedAttention(x, [4], 1, bias));
      expect(one?.narrow(0, 0, 3).tolist()).toEqual(other?.narrow(0, 0, 3).tolist());
    }
  });

  test('gives the same with one thread and with two', () => {
    const qkv = randn(418, 96);
    const threads = torch.getNumThreads();
    try {
      const [one, two] = [1, 2].map((count) => {
        torch.setNumThreads(count);
        return packedAttention(qkv, random.lengths, 4).tolist();
      });
      expect(one).toEqual(two);
    } finally {
      torch.setNumThreads(threads);
    }
  });

  test.each([
    ['lengths that add up to less', () => packedAttention(randn(5, 12), [2, 2], 2)],
    ['lengths below 0', () => packedAttention(randn(5, 12), [6, -1], 2)],
    ['columns that are not three parts', () => packedAttention(randn(5, 10), [5], 1)],
    ['heads that do not divide them', () => packedAttention(randn(5, 12), [5], 3)],
    ['no heads', () => packedAttention(randn(5, 12), [5], 0)],
    ['a bias that is too small', () => packedAttention(randn(5, 12), [5], 2, randn(2, 4, 4))],
    ['another dtype', () => packedAttention(torch.ones([5, 12], { dtype: 'int64' }), [5], 2)],
    ['what requires grad', () => packedAttention(randn(5, 12).requiresGrad_(), [5], 2)],
  ])('refuses %s', (_, call) => {
    expect(call).toThrow(/^packedAttention: expected /);
  });
});
