import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import { datasetFromRows } from '../../../lib/text/datasets/dataset';
import { readDataset } from '../../../lib/text/datasets/readers/read-dataset';
import { readClassFolds } from '../../../lib/text/episodes/class-folds';
import { requireDisjointClasses, splitSamplers } from '../../../lib/text/episodes/class-splits';
import { torch } from '../../../lib/torch';
import { temporaryFolder, writeFiles } from '../../helpers/folders';
import { describeWith, sharedData } from '../../helpers/shared-data';

const folder = temporaryFolder();
const options = { ways: 2, shots: 1, queries: 1, generator: torch.generator(1) };
const dataset = datasetFromRows(
  Array.from({ length: 60 }, (_, i) => ({ text: `text ${i}`, label: `c${i % 6}` })),
);

test('splits with common classes are refused, by all their names', () => {
  const splits = { train: ['a', 'b', 'c'], valid: ['d', 'b'], test: ['c', 'a'] };
  expect(() => requireDisjointClasses(splits)).toThrow(ArgumentRangeError);
  expect(() => requireDisjointClasses(splits)).toThrow(
    "Expected splits without a common class but received 'b' in train and valid; 'a', 'c' in train and test",
  );
  expect(() => requireDisjointClasses({ train: ['a', 'a'] })).toThrow(
    "distinct strings for train but received string 'a'",
  );
  expect(() => requireDisjointClasses({ train: 'a' })).toThrow(ArgumentTypeError);
});

test('each split has a sampler of its own classes', () => {
  const splits = { train: ['c0', 'c1', 'c2'], test: ['c3', 'c4', 'c5'] };
  const { train, test } = splitSamplers(dataset, splits, options);
  for (const { classes } of train.episodes(20))
    for (const name of classes) expect(splits.train).toContain(name);
  for (const { classes } of test.episodes(20))
    for (const name of classes) expect(splits.test).toContain(name);
  expect(() =>
    splitSamplers(dataset, { train: ['c0', 'c1'], test: ['c1', 'c2'] }, options),
  ).toThrow("'c1' in train and test");
  expect(() => splitSamplers(dataset, {}, options)).toThrow('at least one split');
});

describe('readClassFolds', () => {
  const fold = (train: string, valid: string, test: string) => ({
    '01/labels.train.txt': train,
    '01/labels.valid.txt': valid,
    '01/labels.test.txt': test,
  });

  test('reads the lists of each fold in order', async () => {
    const files = {
      ...fold('a\nb\n', 'c\n', 'd\n\n'),
      '02/labels.train.txt': 'd',
      '02/labels.valid.txt': 'b',
      '02/labels.test.txt': 'a',
      'README.md': '',
    };
    expect(await readClassFolds(writeFiles(folder(), files))).toEqual([
      { name: '01', splits: { metaTrain: ['a', 'b'], metaValidation: ['c'], metaTest: ['d'] } },
      { name: '02', splits: { metaTrain: ['d'], metaValidation: ['b'], metaTest: ['a'] } },
    ]);
  });

  test.each([
    [
      'a class in two lists',
      fold('a\nb', 'c', 'd\nb'),
      /labels\.test\.txt, line 2: expected each class once in a fold but found 'b', which is in .*labels\.train\.txt too/,
    ],
    [
      'a class twice',
      fold('a\na', 'c', 'd'),
      /labels\.train\.txt, line 2: expected each class once/,
    ],
    [
      'an empty list',
      fold('a', '', 'd'),
      /labels\.valid\.txt: expected one label a line but found none/,
    ],
    [
      'a missing list',
      { '01/labels.train.txt': 'a' },
      /labels\.valid\.txt: expected a file but found no such file or folder \(ENOENT\)/,
    ],
    ['no folds', { 'a.txt': '' }, /expected folders with lists of labels but found none/],
  ])('refuses %s', async (_, files, message) => {
    writeFiles(folder(), files);
    await expect(readClassFolds(folder())).rejects.toThrow(message);
  });
});

describeWith(sharedData('protaugment-splits'))('of the published folds', () => {
  test.each([
    ['BANKING77', 'banking77', [25, 25, 27]],
    ['OOS', 'clinc150/data_full.json', [50, 50, 50]],
  ])('those of %s fit its data', async (name, path, sizes) => {
    const folds = await readClassFolds(sharedData('protaugment-splits', name, 'few_shot'));
    const { rows } = await readDataset(sharedData(path));
    const all = datasetFromRows(rows, { name });
    expect(folds.map((one) => one.name)).toEqual(['01', '02', '03', '04', '05']);
    for (const { splits: classes } of folds) {
      expect(
        [classes.metaTrain, classes.metaValidation, classes.metaTest].map(({ length }) => length),
      ).toEqual(sizes);
      const { metaTest } = splitSamplers(all, classes, {
        ...options,
        ways: 5,
        shots: 5,
        queries: 10,
      });
      expect(metaTest.episode(0).support).toHaveLength(25);
    }
  });

  test('domains of CLINC150 can be kept together', async () => {
    const domains: unknown = JSON.parse(
      readFileSync(join(sharedData('clinc150'), 'domains.json'), 'utf8'),
    );
    const { splits } = await readDataset(sharedData('clinc150/data_full.json'));
    const train = datasetFromRows(splits.train ?? []);
    const groups = domains as Record<string, string[]>;
    const { sources } = splitSamplers(train, { all: train.classes }, { ...options, groups }).all;
    expect(sources).toHaveLength(10);
    for (const { classes } of sources) expect(classes).toHaveLength(15);
  });
});
