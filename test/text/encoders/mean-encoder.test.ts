import { meanEncoder, type TokenBatch } from '../../../lib/text';
import { mapTree, type Tensor, torch } from '../../../lib/torch';
import { expectClose, expectGradients, numbers } from '../../helpers/gradients';

const V = 6;
const D = 5;
const encoder = meanEncoder({ vocabularySize: V, dimensions: D });
const params = mapTree(([p]) => p.to('float64'), encoder.init(torch.generator(1)));

function batch(ids: number[][][], lengths: number[][]): TokenBatch {
  const positions = torch.arange(ids[0]?.[0]?.length ?? 0);
  return {
    ids: torch.tensor(ids, { dtype: 'int32' }),
    mask: positions.lt(torch.tensor(lengths).unsqueeze(-1)).to('float32'),
  };
}

const texts = batch(
  [
    [
      [2, 3, 3],
      [4, 0, 0],
    ],
  ],
  [[3, 1]],
);

test('is the normalised mean of the word vectors', () => {
  const { weight } = params.embedding;
  const row = (id: number) => weight.select(0, id);
  const mean = row(2).add(row(3), { alpha: 2 }).div(3);
  const centered = mean.sub(mean.mean());
  const expected = centered.div(centered.square().mean().add(1e-5).sqrt());
  const y = encoder.apply(params, texts);
  expect(y.shape).toEqual([1, 2, D]);
  expectClose(y.select(1, 0).squeeze(0), expected);
});

test('a large batch, read in blocks, gives each text the vector that it has alone, and its gradient', () => {
  const rows = 9000;
  const ids = torch
    .arange(rows * 8)
    .mul(7)
    .remainder(V)
    .view([1, rows, 8])
    .to('int32');
  const mask = torch.arange(8).le(torch.arange(rows).remainder(8).unsqueeze(-1)).to('float32');
  const large = { ids, mask: mask.unsqueeze(0) };
  const y = encoder.apply(params, large);
  expect(y.shape).toEqual([1, rows, D]);
  for (const row of [0, 8191, 8192, 8999]) {
    const one = (x: Tensor) => x.narrow(1, row, 1);
    expectClose(one(y), encoder.apply(params, { ids: one(ids), mask: one(large.mask) }));
  }
  const weight = params.embedding.weight.detach().requiresGrad_();
  const apply = (batch: TokenBatch) => encoder.apply({ ...params, embedding: { weight } }, batch);
  const halves = [0, 4500].map((from) =>
    apply({ ids: ids.narrow(1, from, 4500), mask: large.mask.narrow(1, from, 4500) }),
  );
  const [whole] = torch.grad(apply(large).square().mul(apply(large)).sum(), [weight]);
  const both = torch.cat(halves, 1);
  const [parts] = torch.grad(both.square().mul(both).sum(), [weight]);
  expectClose(whole, parts);
});

test('padding changes nothing, whatever stands there', () => {
  const exact = encoder.apply(params, texts);
  const longer = batch(
    [
      [
        [2, 3, 3, 0, 0, 0],
        [4, 0, 0, 0, 0, 0],
      ],
    ],
    [[3, 1]],
  );
  expectClose(encoder.apply(params, longer), exact);
  const filled = batch(
    [
      [
        [2, 3, 3, 5],
        [4, 2, 3, 4],
      ],
    ],
    [[3, 1]],
  );
  expectClose(encoder.apply(params, filled), exact);
});

test('the order of words does not matter', () => {
  const other = batch(
    [
      [
        [3, 2, 3],
        [4, 0, 0],
      ],
    ],
    [[3, 1]],
  );
  expectClose(encoder.apply(params, other), encoder.apply(params, texts));
});

test('an empty text is finite, and so are its gradients', () => {
  const own = mapTree(([p]) => p.detach().requiresGrad_(), params);
  const y = encoder.apply(own, batch([[[0, 0]]], [[0]]));
  expect(numbers(y)).toEqual([0, 0, 0, 0, 0]);
  const { embedding, norm } = torch.grad(y.sum(), own, { allowUnused: true });
  for (const gradient of [embedding.weight, norm.weight, norm.bias]) {
    expect(numbers(gradient).every(Number.isFinite)).toBe(true);
  }
});

test('gradients, and gradients of them, agree with central differences in float64', () => {
  const fn = (weight: Tensor, scale: Tensor, bias: Tensor) =>
    encoder.apply({ embedding: { weight }, norm: { weight: scale, bias } }, texts);
  // The row of padding is left out: it gets no gradient by design.
  expectGradients(
    (rows, scale, bias) =>
      fn(torch.cat([torch.zeros([2, D], { dtype: 'float64' }), rows ?? bias]), scale, bias),
    [params.embedding.weight.narrow(0, 2, V - 2), params.norm.weight, params.norm.bias],
  );
});

test('the row of padding gets no gradient and starts as zeros', () => {
  const own = mapTree(([p]) => p.detach().requiresGrad_(), params);
  const loss = encoder
    .apply(own, batch([[[0, 2]]], [[2]]))
    .square()
    .mul(0.3)
    .sin()
    .sum();
  const { embedding } = torch.grad(loss, own);
  expect(numbers(embedding.weight.select(0, 0))).toEqual([0, 0, 0, 0, 0]);
  expect(numbers(params.embedding.weight.select(0, 0))).toEqual([0, 0, 0, 0, 0]);
});

test('drops only while training, by the generator given', () => {
  const dropping = meanEncoder({ vocabularySize: V, dimensions: D, dropout: 0.5 });
  expectClose(dropping.apply(params, texts), encoder.apply(params, texts));
  const drop = (seed: number) =>
    numbers(dropping.apply(params, texts, { training: true, generator: torch.generator(seed) }));
  expect(drop(1)).toEqual(drop(1));
  expect(drop(1)).not.toEqual(drop(2));
  expect(() => dropping.apply(params, texts, { training: true })).toThrow('Expected a generator');
  // It drops of the text's vector, after it was normalised.
  const whole = numbers(encoder.apply(params, texts));
  const dropped = drop(1);
  expect(dropped).toContain(0);
  dropped.forEach((value, i) => {
    if (value !== 0) expect(value).toBeCloseTo(2 * (whole[i] ?? Number.NaN), 12);
  });
  expect(dropped.some((value) => value !== 0)).toBe(true);
  expect(numbers(encoder.apply(params, texts, { training: true }))).toEqual(whole);
});

test('tasks may have parameters of their own', () => {
  const two = mapTree(([p]) => torch.stack([p, p.mul(2)]), params);
  const ids = torch.cat([texts.ids, texts.ids]);
  const mask = torch.cat([texts.mask, texts.mask]);
  const y = encoder.apply(two, { ids, mask });
  expectClose(y.narrow(0, 0, 1), encoder.apply(params, texts));
  const doubled = encoder.apply(
    mapTree(([p]) => p.mul(2), params),
    texts,
  );
  expectClose(y.narrow(0, 1, 1), doubled);
});

test.each([
  [{ dimensions: 4 }, 'vocabularySize of meanEncoder'],
  [{ vocabularySize: 4 }, 'dimensions of meanEncoder'],
  [{ vocabularySize: 4, dimensions: 0 }, 'dimensions of meanEncoder'],
  [{ vocabularySize: 4, dimensions: 4, dropout: 2 }, 'p of dropout'],
  [{ vocabularySize: 4, dimensions: 4, size: 2 }, 'Unknown option size'],
])('refuses %j', (options, message) => {
  expect(() => meanEncoder(options as never)).toThrow(message);
});
