import { type Malformed, malformedInputs } from '../../helpers/command-lines';

const CLASSES = ['card', 'rain', 'food', 'loan', 'news', 'song'];
const rows = (count: number, classes = CLASSES) =>
  classes.map((label) => texts(label, count)).join('');
const texts = (label: string, count: number) =>
  Array.from({ length: count }, (_, i) => `the ${label} ${i},${label}\n`).join('');
const RUN = `data: data.csv
splits: { train: 0.5, validation: 0, test: 0.5 }
learner: prototypical
encoder: { kind: mean, dimensions: 4 }
episodes: { ways: 2, shots: 1, queries: 1, tasks: 1 }
steps: 1
evaluation: { test: 2, shots: 1 }
`;

/** Data that does not fit a run. */
const run = (
  name: string,
  data: string,
  says: Malformed['says'],
  {
    change = {} as Readonly<Record<string, string>>,
    status = 2 as 1 | 2,
    flags = [] as string[],
  } = {},
): Malformed => ({
  name,
  args: ['train', 'run.yaml', '--out', 'out', '--quiet', ...flags],
  files: {
    'data.csv': `text,label\n${data}`,
    'run.yaml': Object.entries(change).reduce((all, [from, to]) => all.replace(from, to), RUN),
  },
  status,
  says,
});
const splits = (value: string) => ({
  change: { 'splits: { train: 0.5, validation: 0, test: 0.5 }': `splits: ${value}` },
});

malformedInputs([
  run('one example a class', rows(1), ["'data.csv'", "'food' has 1"]),
  run('two examples where three are needed', rows(2), ['3', "'data.csv'", "'food' has 2"], {
    change: { 'queries: 1': 'queries: 2' },
  }),
  run('one class', texts('card', 5), ["2 classes of 'data.csv' for train", '1: ']),
  run('two classes for two parts', rows(4, CLASSES.slice(0, 2)), [
    "2 classes of 'data.csv'",
    '1: ',
  ]),
  run('more ways than classes', rows(4), ["5 classes of 'data.csv' for train", '3: '], {
    change: { 'ways: 2': 'ways: 5' },
  }),
  run('one text in all classes', CLASSES.map((label) => `the same,${label}\n`).join(''), [
    'data.csv',
  ]),
  run(
    'one text again and again',
    CLASSES.map((label) => `the ${label},${label}\n`.repeat(5)).join(''),
    ['data.csv'],
  ),
  run(
    'texts that are equal up to case',
    CLASSES.map((label) => `The ${label},${label}\nthe ${label},${label}\n`).join(''),
    ['data.csv'],
  ),
  run(
    'no class for training',
    rows(3),
    ['for train', '0: '],
    splits('{ train: 0, validation: 0.5, test: 0.5 }'),
  ),
  run(
    'an unknown label in the splits',
    rows(3),
    ["'data.csv'", 'splits.train', "'crad'"],
    splits('{ kind: classes, train: [crad, rain], test: [food, loan] }'),
  ),
  run(
    'a class in two parts',
    rows(3),
    ["'rain' in train and test"],
    splits('{ kind: classes, train: [card, rain], test: [rain, food] }'),
  ),
  run(
    'a class twice in a part',
    rows(3),
    ['card'],
    splits('{ kind: classes, train: [card, card], test: [rain, food] }'),
  ),
  run('folds that are not there', rows(3), ['nowhere', 'ENOENT'], {
    ...splits('{ kind: folds, folder: nowhere }'),
    status: 1,
  }),
  run('a table that is broken', 'my card\n', ['Cannot read data.csv, line 2'], { status: 1 }),
  run('a column that is not there', rows(3), ['Cannot read data.csv, line 1', "'body'"], {
    change: { 'data: data.csv': 'data: { source: data.csv, text: body }' },
    status: 1,
  }),
  run('an encoding that is none', rows(3), ['run.yaml, line 1', 'klingon'], {
    change: { 'data: data.csv': 'data: { source: data.csv, encoding: klingon }' },
  }),
  run('a learner with fewer outputs than labels', rows(3), ['ways'], {
    change: { 'learner: prototypical': 'learner: { kind: maml, ways: 1 }' },
  }),
  run('word vectors that are not there', rows(3), ['none.txt', 'ENOENT'], {
    change: { 'dimensions: 4': 'dimensions: 4, vectors: none.txt' },
    status: 1,
  }),
  run('a frozen encoder that is not there', rows(3), ['nowhere'], {
    change: {
      'encoder: { kind: mean, dimensions: 4 }': 'encoder: { kind: frozen, encoder: ./nowhere }',
    },
    status: 1,
  }),
  run(
    'nothing to resume with --resume and a folder of checkpoints that is a file',
    rows(3),
    ['data.csv'],
    {
      flags: ['--resume', '--out=data.csv'],
      status: 1,
    },
  ),
  run('a result that would go into a file', rows(3), ['data.csv', 'EEXIST'], {
    flags: ['--out=data.csv'],
    status: 1,
  }),
  run('a result that would go below a file', rows(3), ['data.csv/x', 'ENOTDIR'], {
    flags: ['--out=data.csv/x'],
    status: 1,
  }),
]);
