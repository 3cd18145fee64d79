import { better, type Fitted } from '../../lib/serve/fitted';
import { candidates } from '../../lib/serve/heads';
import { torch } from '../../lib/torch';

const fitted = { accuracy: 0 } as Fitted;
const judged = (right: number[]) => ({ fitted, right: torch.tensor(right).ne(0) });

test.each([
  ['four more, none fewer', [1, 1, 1, 1, 1], [1, 0, 0, 0, 0], false],
  ['five more, none fewer', [1, 1, 1, 1, 1], [0, 0, 0, 0, 0], true],
  ['six more, one fewer', [1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 1], false],
  ['as many', [1, 0], [0, 1], false],
])('a head is better beyond doubt: %s', (_, one, other, expected) => {
  expect(better(judged(one), judged(other))).toBe(expected);
});

test('where single examples are not at hand, accuracy decides', () => {
  const known = (accuracy: number) => ({ fitted: { ...fitted, accuracy }, right: undefined });
  expect(better(known(0.5), known(0.4))).toBe(true);
  expect(better(known(0.4), known(0.4))).toBe(false);
});

test('which heads are tried, and first, is by how many examples there are', () => {
  const tried = (n: number, labels: number, map?: object) =>
    candidates({ y: torch.zeros([n]), labels, map: map as never });
  expect(tried(5, 5)).toEqual(['class-mean', 'logistic', 'ridge']);
  expect(tried(9, 5, {})).toEqual(['meta-trained', 'class-mean', 'logistic', 'ridge']);
  expect(tried(10, 5)).toEqual(['logistic', 'class-mean', 'ridge']);
  expect(tried(25, 5, {})).toEqual([
    'logistic',
    'meta-trained',
    'class-mean',
    'ridge',
    'nearest-examples',
  ]);
});
