import { atOnce } from '../../../lib/next-turn';
import { beamSearch } from '../../../lib/text/generation/beam-search';
import { type Tensor, torch } from '../../../lib/torch';

// Tokens 0 (end), 1 and 2; what comes next depends on the token before, 3 being the start.
const NEXT = [
  [1, 0, 0],
  [0.1, 0.45, 0.45],
  [0.9, 0.05, 0.05],
  [0, 0.6, 0.4],
];
const writerOf = (next: number[][]) => {
  const table = torch.tensor(next).log();
  return (rows: number) => ({
    start: torch.zeros([rows, 1]),
    advance: (state: Tensor, ids: Tensor) => ({
      state: state.add(1),
      logProbabilities: table.indexSelect(0, ids),
    }),
  });
};
const writer = writerOf(NEXT);
const options = { startId: 3, endId: 0, lengthPenalty: 0 };
const found = (...args: Parameters<typeof beamSearch<Tensor>>) => atOnce(beamSearch(...args));

test('one beginning takes the most probable token, more find what is more probable in all', () => {
  const of = (beams: number) => found(writer(1), { ...options, beams, maxLengths: [4] })[0];
  expect(of(1)?.ids[0]).toBe(1);
  expect(of(2)).toEqual({
    ids: [2],
    logProbability: expect.closeTo(Math.log(0.36), 5),
    ended: true,
  });
});

test('each text ends by itself, at most at its own length', () => {
  const texts = found(writer(3), { ...options, beams: 3, maxLengths: [4, 1, 0] });
  expect(texts.map(({ ids }) => ids)).toEqual([[2], [1], []]);
  expect(texts.map(({ ended }) => ended)).toEqual([true, false, false]);
});

test('by the mean of a token longer texts win that lose by their sum', () => {
  const of = (lengthPenalty: number) =>
    found(writer(1), { ...options, beams: 9, maxLengths: [2], lengthPenalty })[0];
  expect(of(0)?.ids).toEqual([2]);
  expect(of(2)?.ids).toEqual([1, 2]);
});

test('never more than the tokens that there are', () => {
  const [text] = found(writer(1), { ...options, beams: 64, maxLengths: [2] });
  expect(text?.ids).toEqual([2]);
});

test('a text of the most tokens has ended if its end is what is most probable then', () => {
  // By the mean of a token 2 and its end, √0.36 = 0.6, are as probable as 1 alone.
  const own = { ...options, beams: 3, maxLengths: [1] };
  const [text] = found(writer(1), { ...own, lengthPenalty: 1.1 });
  expect(text).toEqual({
    ids: [2],
    logProbability: expect.closeTo(Math.log(0.36), 5),
    ended: true,
  });
});

test('more beginnings never find what is less probable than the most probable token each time', () => {
  // 6 is the start. After 3 the end is certain; 2 promises more than 1, and nothing comes of it.
  const next = writerOf([
    [1, 0, 0, 0, 0, 0],
    [0.15, 0.2, 0.2, 0.25, 0.2, 0],
    [0, 0, 0, 0.01, 0.49, 0.5],
    [1, 0, 0, 0, 0, 0],
    [0.1, 0.18, 0.18, 0.18, 0.18, 0.18],
    [0.1, 0.18, 0.18, 0.18, 0.18, 0.18],
    [0, 0.5, 0.45, 0.05, 0, 0],
  ]);
  const of = (beams: number) =>
    found(next(1), { ...options, startId: 6, beams, maxLengths: [3] })[0];
  expect(of(1)).toMatchObject({ ids: [1, 3], ended: true });
  expect(of(2)).toEqual(of(1));
});

test('refuses probabilities that are no numbers', () => {
  const next = writerOf(NEXT.map((row) => row.map(() => Number.NaN)));
  expect(() => found(next(1), { ...options, beams: 2, maxLengths: [2] })).toThrow(
    'Expected probabilities of what comes next but received NaN',
  );
});

test('comes up for air after every token, and frees all when it is ended there', () => {
  const own = writer(1);
  const before = torch.memory().tensors - 1;
  const search = beamSearch(own, { ...options, beams: 1, maxLengths: [4] });
  expect([search.next().done, search.next().done]).toEqual([false, false]);
  expect(() => search.throw('stop')).toThrow('stop');
  expect(torch.memory().tensors).toBe(before);
});
