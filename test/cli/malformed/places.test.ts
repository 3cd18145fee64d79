import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Malformed, malformedInputs } from '../../helpers/command-lines';

type Prepare = NonNullable<Malformed['prepare']>;

const folderAt: (name: string) => Prepare = (name) => (root) => mkdirSync(join(root, name));
const pipeAt: (name: string) => Prepare = (name) => (root) =>
  execFileSync('mkfifo', [join(root, name)]);
const linkAt: (name: string, to: string) => Prepare = (name, to) => (root) =>
  symlinkSync(to, join(root, name));
const filesAt: (files: Readonly<Record<string, string>>) => Prepare = (files) => (root) => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), content);
  }
};

/** A place of data that is not what it should be. */
const data = (
  name: string,
  path: string,
  prepare: Prepare | undefined,
  says: Malformed['says'],
) => ({
  name: `data: ${name}`,
  args: ['datasets', 'sheet', path],
  ...(prepare && { prepare }),
  says: [`Cannot read ${path}`, ...says],
});

const EXAMPLES = { 'examples.json': '{"card": ["my card"], "rain": ["rain"]}' };

/** A place that some command reads from. */
const place = (
  name: string,
  args: readonly string[],
  says: Malformed['says'],
  prepare?: Prepare,
): Malformed => ({ name, args, files: EXAMPLES, says, ...(prepare && { prepare }) });

malformedInputs([
  data('not there', 'none.csv', undefined, ['found no such file or folder (ENOENT)']),
  data('a link to nothing', 'data.csv', linkAt('data.csv', 'gone.csv'), ['ENOENT']),
  data('a link to itself', 'data.csv', linkAt('data.csv', 'data.csv'), ['ELOOP']),
  data('below a file', 'a.csv/b.csv', filesAt({ 'a.csv': 'x' }), ['ENOTDIR']),
  data('a name that is too long', `${'x'.repeat(300)}.csv`, undefined, ['ENAMETOOLONG']),
  data('a NUL in the name', 'data\0.csv', undefined, ['null bytes']),
  data('an empty folder', 'data.csv', folderAt('data.csv'), ['files named train', 'nothing']),
  data('a pipe', 'data.csv', pipeAt('data.csv'), ['not a regular file but a pipe']),
  data('a pipe without a telling name', 'data', pipeAt('data'), ['a pipe']),
  data('a pipe of JSON', 'data.json', pipeAt('data.json'), ['a pipe']),
  data('a pipe of Parquet', 'data.parquet', pipeAt('data.parquet'), ['a pipe']),
  data('a pipe that is packed', 'data.csv.gz', pipeAt('data.csv.gz'), ['a pipe']),
  data(
    'a link to a pipe',
    'data.csv',
    (root) => {
      pipeAt('pipe')(root);
      linkAt('data.csv', 'pipe')(root);
    },
    ['a pipe'],
  ),
  data('a device', '/dev/null', undefined, ['a device']),
  data('a device without end', '/dev/zero', undefined, ['a device']),
  data('files that nothing is known of', 'data', filesAt({ 'data/a.txt': 'x', 'data/b.md': 'y' }), [
    'files named train',
    'a.txt, b.md',
  ]),
  data(
    'two files for a split',
    'data',
    filesAt({ 'data/train.csv': 'text,label\na,b\n', 'data/train.tsv': '' }),
    ['one file for the split train'],
  ),
  {
    ...data(
      'a split that is broken',
      'data',
      filesAt({
        'data/train.csv': 'text,label\na,b\n',
        'data/test.csv': 'text,label\na\n',
      }),
      [],
    ),
    says: ['Cannot read data/test.csv', 'line 2', '2 columns'],
  },
  data('labels without lines', 'data', filesAt({ 'data/seq.in': 'a\nb\n', 'data/label': 'x\n' }), [
    /data\/label, line 2.*as many lines as seq.in has/,
  ]),
  data('texts without lines', 'data', filesAt({ 'data/seq.in': 'a\n', 'data/label': 'x\ny\n' }), [
    /data\/seq.in, line 2.*as many lines as label has/,
  ]),
  data(
    'folders of labels without texts',
    'data',
    (root) => {
      mkdirSync(join(root, 'data/a'), { recursive: true });
      mkdirSync(join(root, 'data/b'));
    },
    ['at least one row'],
  ),
  data(
    'a folder within the folder of a label',
    'data',
    (root) => {
      mkdirSync(join(root, 'data/a/b'), { recursive: true });
    },
    [/data\/a\/b.*a folder/],
  ),
  data('a text of NUL among the texts', 'data', filesAt({ 'data/a/1.txt': 'x\0y' }), [
    /data\/a\/1.txt, line 1, column 2/,
  ]),
  data('Parquet of nothing', 'data.parquet', filesAt({ 'data.parquet': '' }), ['Parquet']),
  data('Parquet of its mark alone', 'data.parquet', filesAt({ 'data.parquet': 'PAR1' }), [
    'Parquet',
  ]),
  data(
    'Parquet without its end',
    'data.parquet',
    filesAt({ 'data.parquet': `PAR1${'x'.repeat(100)}` }),
    ['Parquet'],
  ),
  data(
    'Parquet with an end of a wrong size',
    'data.parquet',
    filesAt({
      'data.parquet': `PAR1${'x'.repeat(60)}\xff\xff\xff\x7fPAR1`,
    }),
    ['Parquet'],
  ),
  data(
    'words that are named Parquet',
    'data.parquet',
    filesAt({ 'data.parquet': 'text,label\n' }),
    ['Parquet'],
  ),
  place('a config that is not there', ['train', 'none.yaml'], ['none.yaml', 'ENOENT']),
  place(
    'a config that is a folder',
    ['train', 'run.yaml'],
    ['run.yaml', 'a folder'],
    folderAt('run.yaml'),
  ),
  place(
    'a config that is a pipe',
    ['train', 'run.yaml'],
    ['run.yaml', 'a pipe'],
    pipeAt('run.yaml'),
  ),
  place('a study that is not there', ['search', 'none.yaml'], ['none.yaml', 'ENOENT']),
  place(
    'a study that is a folder',
    ['search', 'study.yaml'],
    ['study.yaml', 'a folder'],
    folderAt('study.yaml'),
  ),
  place(
    'data to train on that is not there',
    ['train', '--data', 'bankin77', '--learner', 'maml', '--out', 'x'],
    ['bankin77', 'did you mean banking77?'],
  ),
  place('a model that is not there', ['evaluate', 'none'], ['none', 'metatorch train']),
  place('a model that is a file', ['evaluate', 'examples.json'], ['examples.json']),
  place(
    'a model that is an empty folder',
    ['predict', 'empty', 'examples.json'],
    ['empty'],
    folderAt('empty'),
  ),
  place('models that are not there', ['compare', 'a', 'b'], ['a', 'metatorch train']),
  place(
    'a model to adapt that is not there',
    ['adapt', 'none', 'examples.json', '--out', 'x'],
    ['none', 'metatorch train'],
  ),
  place(
    'examples that are not there',
    ['adapt', 'none', 'gone.json', '--out', 'x'],
    ['gone.json', 'ENOENT'],
  ),
  place(
    'examples that are a pipe',
    ['adapt', 'none', 'pipe.json', '--out', 'x'],
    ['pipe.json', 'a pipe'],
    pipeAt('pipe.json'),
  ),
  place(
    'a definition that is not there',
    ['assist', 'none.json'],
    ['Cannot load none.json: expected a definition', 'but found no such file or folder (ENOENT)'],
  ),
  place(
    'tensors that are not there',
    ['tensors', 'none.npy'],
    ['Cannot read none.npy: expected an npy file but found no such file or folder (ENOENT)'],
  ),
  place(
    'models to list that are not there',
    ['models', 'list', 'none'],
    ['Cannot load none: expected a model, or a folder of models but found no such file or folder'],
  ),
  place(
    'models to list in a file',
    ['models', 'list', 'examples.json'],
    ['examples.json', 'found a file where a folder should be (ENOTDIR)'],
  ),
  place('a model to look into that is not there', ['models', 'info', 'none'], ['none']),
  place('predictions that are not there', ['report', 'none.jsonl'], ['none.jsonl', 'ENOENT']),
  place(
    'predictions that are a folder',
    ['report', 'p.jsonl'],
    ['p.jsonl', 'a folder'],
    folderAt('p.jsonl'),
  ),
  place(
    'predictions that are a pipe',
    ['report', 'p.jsonl'],
    ['p.jsonl', 'a pipe'],
    pipeAt('p.jsonl'),
  ),
  place('predictions that are a device', ['report', '/dev/zero'], ['/dev/zero', 'a device']),
  place(
    'data that nobody downloaded',
    ['datasets', 'path', 'banking77'],
    ['metatorch datasets get banking77'],
  ),
  {
    ...place(
      'files of data that are not there',
      ['datasets', 'get', 'banking77', '--from', 'none'],
      [],
    ),
    status: 2,
    says: ['a folder with files of banking77', "'none'"],
  },
]);
