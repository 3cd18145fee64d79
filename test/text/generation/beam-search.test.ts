import { beamSearch } from '../../../lib/text/generation/beam-search';
import { type Tensor, torch } from '../../../lib/torch';

// Tokens 0 (end), 1 and 2; what comes next depends on the token before, 3 being the start.
const NEXT = [
  [1, 0, 0],
  [0.1, 0.45, 0.45],
  [0.9, 0.05, 0.05],
  [0, 0.6, 0.4],
];
const table = torch.tensor(NEXT).log();
const writer = (rows: number) => ({
  start: torch.zeros([rows, 1]),
  advance: (state: Tensor, ids: Tensor) => ({
    state: state.add(1),
    logProbabilities: table.indexSelect(0, ids),
  }),
});
const options = { startId: 3, endId: 0, lengthPenalty: 0 };

test('one beginning takes the most probable token, more find what is more probable in all', () => {
  const of = (beams: number) => beamSearch(writer(1), { ...options, beams, maxLengths: [4] })[0];
  expect(of(1)?.ids[0]).toBe(1);
  expect(of(2)).toEqual({
    ids: [2],
    logProbability: expect.closeTo(Math.log(0.36), 5),
    ended: true,
  });
});

test('each text ends by itself, at most at its own length', () => {
  const found = beamSearch(writer(3), { ...options, beams: 3, maxLengths: [4, 1, 0] });
  expect(found.map(({ ids }) => ids)).toEqual([[2], [1], []]);
  expect(found.map(({ ended }) => ended)).toEqual([true, false, false]);
});

test('by the mean of a token longer texts win that lose by their sum', () => {
  const of = (lengthPenalty: number) =>
    beamSearch(writer(1), { ...options, beams: 9, maxLengths: [3], lengthPenalty })[0];
  expect(of(0)?.ids).toEqual([2]);
  expect(of(2)?.ids).toEqual([1, 2]);
});

test('never more than the tokens that there are', () => {
  const [found] = beamSearch(writer(1), { ...options, beams: 64, maxLengths: [2] });
  expect(found?.ids).toEqual([2]);
});
