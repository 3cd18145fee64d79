import { PackedTokens } from '../../../lib/text/encoders/packed-tokens';
import { torch } from '../../../lib/torch';

const texts = [Int32Array.of(7, 8), Int32Array.of(9), Int32Array.of(1, 2, 3)];
const x = torch.arange(12).to('float32').view([6, 2]);

test('tokens of all texts follow each other, with their places', () => {
  const tokens = new PackedTokens(texts);
  expect([...tokens.ids.data()]).toEqual([7, 8, 9, 1, 2, 3]);
  expect([...tokens.positions.data()]).toEqual([0, 1, 0, 0, 1, 2]);
  expect(tokens.mask?.tolist()).toEqual([[[1, 1, 0]], [[1, 0, 0]], [[1, 1, 1]]]);
});

test('spreading puts each text in a row, and packing takes the padding out again', () => {
  const tokens = new PackedTokens(texts);
  const wide = tokens.spread(x);
  expect(wide.shape).toEqual([3, 3, 2]);
  expect(wide.index([0, torch.slice(0, 2)]).tolist()).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(wide.index([2]).tolist()).toEqual([
    [6, 7],
    [8, 9],
    [10, 11],
  ]);
  expect(tokens.pack(wide).tolist()).toEqual(x.tolist());
});

test('the mean is that of real tokens alone, with gradients for each', () => {
  const leaf = x.clone().requiresGrad_();
  const mean = new PackedTokens(texts).mean(leaf);
  expect(mean.tolist()).toEqual([
    [1, 2],
    [4, 5],
    [8, 9],
  ]);
  const gradient = torch.grad(mean.sum(), leaf);
  const expected = [1 / 2, 1 / 2, 1, 1 / 3, 1 / 3, 1 / 3].flatMap((share) => [share, share]);
  expect([...gradient.data()]).toEqual(expected.map((share) => expect.closeTo(Number(share), 6)));
});

test('texts of one length need neither mask nor copies', () => {
  const tokens = new PackedTokens([Int32Array.of(1, 2, 3), Int32Array.of(4, 5, 6)]);
  expect(tokens.mask).toBeUndefined();
  expect(tokens.spread(x).shape).toEqual([2, 3, 2]);
  expect(tokens.mean(x).tolist()).toEqual([
    [2, 3],
    [8, 9],
  ]);
  expect(tokens.pack(tokens.spread(x)).tolist()).toEqual(x.tolist());
});
