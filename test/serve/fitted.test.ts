import { better, type Fitted } from '../../lib/serve/fitted';
import { candidates } from '../../lib/serve/heads';
import { torch } from '../../lib/torch';

const fitted = { accuracy: 0 } as Fitted;
const judged = (probabilities: number[]) => ({
  fitted,
  logs: () => torch.tensor(probabilities, { dtype: 'float64' }).log(),
});

test.each([
  ['more on all', [0.9, 0.8, 0.9, 0.8], [0.5, 0.4, 0.6, 0.5], true],
  ['the same on all', [0.5, 0.4], [0.5, 0.4], false],
  ['less on all', [0.5, 0.4, 0.3], [0.9, 0.8, 0.9], false],
  ['more on most, far less on one', [0.9, 0.9, 0.9, 0.01], [0.6, 0.6, 0.6, 0.6], false],
  ['a little more, but always', [0.52, 0.62, 0.72, 0.82], [0.5, 0.6, 0.7, 0.8], true],
  ['one example alone', [0.9], [0.1], false],
  ['none', [], [], false],
])('a head is better by probabilities beyond doubt: %s', (_, one, other, expected) => {
  expect(better(judged(one), judged(other))).toBe(expected);
});

test('where single examples are not at hand, accuracy decides', () => {
  const known = (accuracy: number) => ({ fitted: { ...fitted, accuracy }, logs: undefined });
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
