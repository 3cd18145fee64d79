import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { temporaryFolder } from '../helpers/folders';

const DIST = path.join(__dirname, '../../dist');
const ENTRIES = ['index', 'torch', 'nn', 'optim', 'meta', 'text', 'train', 'serve', 'testing'];

/** What importing may load of other packages: all else waits until it is needed. */
const CHEAP = ['pend', 'yauzl'];
const NAME = /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/;

type Loaded = { megabytes: number; libraries: string[]; packages: string[] };

const folder = temporaryFolder();

/** What a program prints as JSON, in a process where the only place for libtorch is an empty folder. */
function withoutLibtorch(program: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    encoding: 'utf8',
    env: { ...process.env, LIBTORCH: folder() },
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test.each(ENTRIES)('importing %s loads neither the addon nor libtorch', (entry) => {
  const found = withoutLibtorch(`
    const NAME = ${NAME};
    const before = process.memoryUsage.rss();
    require(${JSON.stringify(path.join(DIST, entry))});
    const libraries = process.report.getReport().sharedObjects;
    console.log(JSON.stringify({
      megabytes: (process.memoryUsage.rss() - before) / 1e6,
      packages: [...new Set(Object.keys(require.cache).flatMap((file) => NAME.exec(file)?.[1] ?? []))],
      libraries: libraries.filter((file) => /metatorch|torch_cpu|c10|[.]node$/.test(file)),
    }));`);
  const { megabytes, libraries, packages } = found as Loaded;
  expect(packages.filter((name) => !CHEAP.includes(name))).toEqual([]);
  expect(libraries).toEqual([]);
  expect(megabytes).toBeLessThan(60);
});

test('errors, tokenizers, trees and types work without libtorch', () => {
  const found = withoutLibtorch(`
    const { DTYPES, isTensor, mapTree, TorchError, text, torch, nn } = require(${JSON.stringify(DIST)});
    const vocabulary = text.Vocabulary.build([['a', 'b', 'a']]);
    console.log(JSON.stringify([
      DTYPES.includes('float32'), isTensor(1), Object.keys(mapTree(String, { a: [] })),
      new TorchError('ERR_TORCH_FILE', 'x').code, new text.WordTokenizer().tokenize('one two'),
      [...vocabulary.encode(['b', 'c'])],
      torch.broadcastShapes([2, 1], [3]), typeof nn.linear({ inFeatures: 1, outFeatures: 1 }).apply,
    ]));`);
  expect(found).toEqual([
    true,
    false,
    ['a'],
    'ERR_TORCH_FILE',
    ['one', 'two'],
    [3, 1],
    [2, 3],
    'function',
  ]);
});

test('arguments are refused before libtorch is asked for', () => {
  const found = withoutLibtorch(`
    const { torch } = require(${JSON.stringify(DIST)});
    const codeOf = (action) => { try { return action(); } catch (error) { return error.code; } };
    console.log(JSON.stringify([
      codeOf(() => torch.tensor(['x'])), codeOf(() => torch.device('gpu')), codeOf(() => torch.zeros([1])),
    ]));`);
  expect(found).toEqual(['ERR_TORCH_ARGUMENT', 'ERR_TORCH_ARGUMENT', 'ERR_TORCH_LIBRARY_MISSING']);
});
