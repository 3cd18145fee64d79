import { gather, packTexts, spread } from '../../../lib/nn/transformer/packed-texts';
import { padTexts, poolTexts } from '../../../lib/nn/transformer/text-pooling';
import { torch } from '../../../lib/torch';

const texts = [Int32Array.of(7, 8), Int32Array.of(9), Int32Array.of(1, 2, 3)];
// A row for each token, in the order of the packed ids: 9, 7 8, 1 2 3.
const x = torch.arange(12).to('float32').view([6, 2]);

test('tokens of all texts follow each other, short texts first, with their places', () => {
  const tokens = packTexts(texts);
  expect([...tokens.ids.data()]).toEqual([9, 7, 8, 1, 2, 3]);
  expect([...tokens.positions.data()]).toEqual([0, 0, 1, 0, 1, 2]);
  expect(tokens.groups.map(({ mask }) => mask?.tolist())).toEqual([
    [
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ],
  ]);
});

test('spreading puts each text in a row, and gathering takes the padding out again', () => {
  const [group] = packTexts(texts).groups;
  if (group === undefined) throw new Error('Expected a group');
  const wide = spread(group, x);
  expect(wide.tolist()).toEqual([
    [
      [0, 1],
      [0, 0],
      [0, 0],
    ],
    [
      [2, 3],
      [4, 5],
      [0, 0],
    ],
    [
      [6, 7],
      [8, 9],
      [10, 11],
    ],
  ]);
  expect(gather(group, wide).tolist()).toEqual(x.tolist());
});

test('the mean is that of real tokens alone, in the order of the texts, with gradients for each', () => {
  const leaf = x.clone().requiresGrad_();
  const mean = poolTexts(leaf, packTexts(texts), ['mean']);
  expect(mean.tolist()).toEqual([
    [3, 4],
    [0, 1],
    [8, 9],
  ]);
  const gradient = torch.grad(mean.sum(), leaf);
  const expected = [1, 1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3].flatMap((share) => [share, share]);
  expect([...gradient.data()]).toEqual(expected.map((share) => expect.closeTo(Number(share), 6)));
});

test('texts of one length need neither mask nor copies', () => {
  const tokens = packTexts([Int32Array.of(1, 2, 3), Int32Array.of(4, 5, 6)]);
  const [group] = tokens.groups;
  if (group === undefined) throw new Error('Expected a group');
  expect([group.mask, group.places, tokens.order]).toEqual([undefined, undefined, undefined]);
  expect(spread(group, x).shape).toEqual([2, 3, 2]);
  expect(poolTexts(x, tokens, ['mean']).tolist()).toEqual([
    [2, 3],
    [8, 9],
  ]);
  expect(gather(group, spread(group, x)).tolist()).toEqual(x.tolist());
});

test('texts of very different lengths attend in groups, and come back in their order', () => {
  const long = Int32Array.from({ length: 40 }, (_, i) => i);
  const tokens = packTexts([long, Int32Array.of(5), long]);
  expect(tokens.groups.map(({ texts: count, length }) => [count, length])).toEqual([
    [1, 1],
    [2, 40],
  ]);
  const padded = padTexts(tokens.ids.to('float32').unsqueeze(1), tokens);
  expect(padded.shape).toEqual([3, 40, 1]);
  expect(padded.index([1]).flatten().tolist()).toEqual([5, ...new Array<number>(39).fill(0)]);
  expect(padded.index([2]).flatten().tolist()).toEqual([...long]);
});
