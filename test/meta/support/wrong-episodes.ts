import type { Episodes } from '../../../lib/meta';
import type { Tensor } from '../../../lib/torch';

type Wrong = (episodes: Episodes) => Partial<Episodes>;

const labelled =
  (of: 'support' | 'query', change: (labels: Tensor) => Tensor): Wrong =>
  (episodes) => ({ [of]: { ...episodes[of], labels: change(episodes[of].labels.clone()) } });

function renamed(label: bigint): (labels: Tensor) => Tensor {
  return (labels) => {
    labels.select(1, 2).fill_(label);
    return labels;
  };
}

/** What no learner takes of 3 tasks, 3 ways and 6 rows, and what its error says. */
export const WRONG_EPISODES: readonly (readonly [string, Wrong, RegExp])[] = [
  ['support labels beyond the ways', labelled('support', renamed(3n)), /0 to 2 or -100 .* 3n/],
  ['negative support labels', labelled('support', renamed(-1n)), /0 to 2 or -100 .* -1n/],
  ['query labels beyond the ways', labelled('query', renamed(3n)), /3n|Target 3 is out of bounds/],
  ['negative query labels', labelled('query', renamed(-1n)), /-1n|Target -1 is out of bounds/],
  [
    'labels that are no int64',
    labelled('support', (labels) => labels.to('float32')),
    /Expected int64 for the labels of \w+ but received string 'float32'/,
  ],
  [
    'one label for all rows of a task',
    labelled('support', (labels) => labels.narrow(1, 0, 1)),
    /Expected \[3, 6\] for the labels of \w+ but received \[3, 1\]/,
  ],
  [
    'labels without a task axis',
    labelled('support', (labels) => labels.select(0, 0)),
    /Expected \[T, n\] .* for the support labels of metaGradient but received \[6\]/,
  ],
  [
    'query labels that are too few',
    labelled('query', (labels) => labels.narrow(1, 0, 5)),
    /Expected \[3, 6\] for the labels of \w+ but received \[3, 5\]/,
  ],
  ['fewer ways than labels', () => ({ ways: 2 }), /0 to 1 or -100|Expected 3 for ways/],
  ['ways that are no integer', () => ({ ways: 2.5 }), /Expected (a positive integer|3) for ways/],
];
