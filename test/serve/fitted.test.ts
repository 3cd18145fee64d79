import { better, type Fitted } from '../../lib/serve/fitted';
import { torch } from '../../lib/torch';

const fitted = { accuracy: 0 } as Fitted;
const judged = (right: number[]) => ({ fitted, right: torch.tensor(right).ne(0) });

test.each([
  ['one example more', [1, 1, 1, 1], [1, 1, 1, 0], false],
  ['two more, none fewer', [1, 1, 1, 1], [1, 1, 0, 0], true],
  ['four more, two fewer', [1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1], false],
  ['as many', [1, 0], [0, 1], false],
])('a head is better by more than chance: %s', (_, one, other, expected) => {
  expect(better(judged(one), judged(other))).toBe(expected);
});

test('where single examples are not at hand, accuracy decides', () => {
  const known = (accuracy: number) => ({ fitted: { ...fitted, accuracy }, right: undefined });
  expect(better(known(0.5), known(0.4))).toBe(true);
  expect(better(known(0.4), known(0.4))).toBe(false);
});
