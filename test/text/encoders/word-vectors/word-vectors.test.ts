import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadWordVectors } from '../../../../lib/text/encoders/word-vectors/load-word-vectors';
import {
  openWordVectors,
  saveWordVectors,
} from '../../../../lib/text/encoders/word-vectors/saved-word-vectors';
import { wordVectorModel } from '../../../../lib/text/encoders/word-vectors/word-vector-model';
import { mapTree, torch } from '../../../../lib/torch';
import { cpuTime } from '../../../helpers/cpu-time';
import { temporaryFolder } from '../../../helpers/folders';
import { describeWith, sharedData } from '../../../helpers/shared-data';

const folder = temporaryFolder();
const ROWS = ['the 1 0 0', 'cat 0 2 0', 'dog 0 0 -3e0', "n't 1 1 1", 'do .5 -.5 1.5', '银行 9 0 0'];

function file(lines: readonly string[] | Buffer, name = 'vectors.txt'): string {
  const path = join(folder(), name);
  writeFileSync(path, Array.isArray(lines) ? `${lines.join('\n')}\n` : (lines as Buffer));
  return path;
}

type Model = Awaited<ReturnType<typeof loadWordVectors>>;

function vector(model: Model, text: string): number[] {
  return torch.scope(() =>
    [...model.embed(model.params, [model.tokenize(text)]).data()].map(Number),
  );
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));

test('a text is the mean of its known words, of length 1', async () => {
  const model = await loadWordVectors(file(ROWS));
  expect(model.dimensions).toBe(3);
  expect(vector(model, 'The cat, quickly.')).toEqual(
    close([1 / Math.sqrt(5), 2 / Math.sqrt(5), 0]),
  );
  expect(vector(model, 'nothing known')).toEqual([0, 0, 0]);
  expect(model.knows(model.tokenize('nothing'))).toBe(false);
  expect(model.knows(model.tokenize('a cat'))).toBe(true);
  const lists = ['the cat', 'dog', 'unknown', 'cat cat dog the'].map((text) =>
    model.tokenize(text),
  );
  const together = model.embed(model.params, lists);
  for (const [i, ids] of lists.entries()) {
    const own = [...model.embed(model.params, [ids]).data()].map(Number);
    expect(together.index([i]).tolist()).toEqual(close(own));
  }
});

test('a word that is not known stands for its parts', async () => {
  const model = await loadWordVectors(file([...ROWS, '的 1 2 3']));
  const ids = (text: string) => [...model.tokenize(text)];
  expect(ids("don't")).toEqual([5, 4]);
  expect(ids('cat-dog')).toEqual([2, 3]);
  expect(ids('银行的')).toEqual([6, 7]);
});

test.each([
  ['a header', ['6 3', ...ROWS].join('\n')],
  ['spaces at the ends', ROWS.map((row) => `${row} `).join('\n')],
  ['tabs', ROWS.join('\n').replaceAll(' ', '\t')],
  ['Windows line ends', ROWS.join('\r\n')],
  ['a byte order mark', `\ufeff${ROWS.join('\n')}`],
  ['empty lines at its end', `${ROWS.join('\n')}\n\n\n`],
])('a file with %s is read, packed and not', async (_, text) => {
  const plain = file(Buffer.from(text));
  const packed = file(gzipSync(text), 'vectors.txt.gz');
  const [a, b] = await Promise.all([loadWordVectors(plain), loadWordVectors(packed)]);
  expect(a.params.vectors.tolist()).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [0, 2, 0],
    [0, 0, -3],
    [1, 1, 1],
    [0.5, -0.5, 1.5],
    [9, 0, 0],
  ]);
  expect(b.params.vectors.tolist()).toEqual(a.params.vectors.tolist());
  expect(a.spec).toMatchObject({ words: ['the', 'cat', 'dog', "n't", 'do', '银行'] });
});

test('a word with spaces in it is a word', async () => {
  const model = await loadWordVectors(file(['the 1 2', 'at name@domain.com 3 4', '. . . 5 6']));
  expect(model.spec.words).toEqual(['the', 'at name@domain.com', '. . .']);
});

test('only the words of a vocabulary are kept, or the first ones', async () => {
  const path = file(ROWS);
  const some = await loadWordVectors(path, { vocabulary: new Set(['dog', 'the', 'absent']) });
  expect(some.spec.words).toEqual(['the', 'dog']);
  expect((await loadWordVectors(path, { most: 2 })).spec.words).toEqual(['the', 'cat']);
  await expect(loadWordVectors(path, { vocabulary: ['x'] })).rejects.toThrow(
    /line 7: expected some/,
  );
});

test.each([
  [
    'a row of another width',
    ['the 1 2', 'cat 1'],
    /line 2: expected a word and 2 numbers but found 1/,
  ],
  ['a row that is wider', ['the 1 2', 'cat 1 2 3'], /line 2: .* found 3 numbers/],
  ['what is not a number', ['the 1 2', 'cat 1 x'], /line 2: .*component 1 but found string 'x'/],
  ['NaN', ['the 1 nan'], /line 1: .*'nan'/],
  ['a number that is none in float32', ['the 1 1e39'], /line 1: .*'1e39'/],
  ['fewer rows than its header says', ['3 2', 'the 1 2'], /line 3: expected the 3 rows .* found 1/],
  ['nothing', [''], /expected rows of vectors but found none/],
  ['an empty line between rows', ['the 1 2', '', 'cat 1 2'], /line 3: .*before it is empty/],
  ['a word alone', ['the'], /line 1: /],
])('%s is refused with file and line', async (_, lines, message) => {
  const path = file(lines);
  await expect(loadWordVectors(path)).rejects.toMatchObject({
    code: 'ERR_TORCH_FILE',
    path,
    message: expect.stringMatching(message),
  });
});

test('other bytes than UTF-8, a missing file, a folder and a damaged archive are refused', async () => {
  const refused = (path: string, message: RegExp) =>
    expect(loadWordVectors(path)).rejects.toMatchObject({
      code: 'ERR_TORCH_FILE',
      message: expect.stringMatching(message),
    });
  await refused(file(Buffer.from([0x74, 0xff, 0x20, 0x31, 0x0a])), /line 1: expected UTF-8/);
  await refused(join(folder(), 'none'), /ENOENT/);
  execFileSync('mkfifo', [join(folder(), 'pipe')]);
  await refused(join(folder(), 'pipe'), /not a regular file but a pipe/);
  await refused(folder(), /a folder/);
  const packed = gzipSync(ROWS.join('\n').repeat(50));
  await refused(file(packed.subarray(0, 40), 'cut.gz'), /unexpected end of file/);
  await refused(file(Buffer.alloc(2 ** 21, 'a')), /longer than 1 MiB/);
});

test('of a word that comes twice the first vector counts, and a warning says so', async () => {
  const warning = jest.spyOn(process, 'emitWarning').mockImplementation();
  const model = await loadWordVectors(file(['the 1 2', 'cat 3 4', 'the 5 6']));
  expect(model.params.vectors.tolist()).toEqual([
    [0, 0],
    [1, 2],
    [3, 4],
  ]);
  expect(warning).toHaveBeenCalledWith(
    expect.stringMatching(/rows that repeat a word: 1, for example 'the' in line 3/),
    { type: 'TorchWarning' },
  );
  warning.mockRestore();
});

test('texts are lower-cased if the words are', async () => {
  const cased = await loadWordVectors(file(['The 1 2', 'the 3 4']));
  expect([...cased.tokenize('The the THE')]).toEqual([1, 2]);
  const lower = await loadWordVectors(file(['the 3 4']));
  expect([...lower.tokenize('The the THE')]).toEqual([1, 1, 1]);
});

test('sif weighs words by their frequency, and takes the common direction of texts out', async () => {
  const counts = new Map([
    ['the', 98],
    ['cat', 1],
    ['dog', 1],
  ]);
  const path = file(ROWS.slice(0, 3));
  const weighed = await loadWordVectors(path, { pooling: 'sif', a: 0.01, counts });
  const weights = [0.01 / (0.01 + 0.98), 0.01 / (0.01 + 0.01)];
  const length = Math.hypot(weights[0] ?? 0, 2 * (weights[1] ?? 0));
  expect(vector(weighed, 'the cat')).toEqual(
    close([(weights[0] ?? 0) / length, (2 * (weights[1] ?? 0)) / length, 0]),
  );
  const fitted = await loadWordVectors(path, {
    pooling: 'sif',
    counts,
    fitOn: ['cat', 'cat', 'cat the'],
  });
  const [, left = 1] = vector(fitted, 'cat the dog');
  expect(Math.abs(left)).toBeLessThan(0.01);
  const zipf = await loadWordVectors(path, { pooling: 'sif' });
  const [none, first = 0, second = 0, third = 0] = [...(zipf.params.weights?.data() ?? [])].map(
    Number,
  );
  expect(none).toBe(1);
  expect(first < second && second < third).toBe(true);
});

test('gradients reach the vectors of the words of a text', async () => {
  const model = await loadWordVectors(file(ROWS), { pooling: 'sif', fitOn: ['the cat', 'dog'] });
  const params = mapTree(([x]) => x.detach().requiresGrad_(), model.params);
  const ids = ['the cat', 'dog'].map((text) => model.tokenize(text));
  const gradient = torch.grad(model.embed(params, ids).sum(), params);
  expect(gradient.vectors.abs().sum([1]).gt(0).tolist()).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('a model is built again from its spec, or from a folder', async () => {
  const model = await loadWordVectors(file(ROWS), {
    pooling: 'sif',
    fitOn: ['the cat', 'dog'],
    maxLength: 2,
  });
  const again = wordVectorModel(structuredClone(model.spec), model.params);
  saveWordVectors(model, join(folder(), 'saved/here'));
  const opened = openWordVectors(join(folder(), 'saved/here'));
  for (const other of [again, opened]) {
    expect(other.fingerprint).toBe(model.fingerprint);
    expect(vector(other, 'the cat and dog')).toEqual(vector(model, 'the cat and dog'));
  }
  const { component, ...mean } = model.params;
  expect(component?.shape).toEqual([3]);
  expect(wordVectorModel(model.spec, mean).fingerprint).not.toBe(model.fingerprint);
  expect(() => wordVectorModel({ ...model.spec, words: ['x'] }, model.params)).toThrow(/\[2, D\]/);
  expect(() => wordVectorModel({ kind: 'other' }, model.params)).toThrow(/Expected the spec/);
  expect(() => openWordVectors(folder())).toThrow(/word-vectors\.safetensors/);
});

test('the work on long texts is bounded, and equal to reading all where words are words', async () => {
  const model = await loadWordVectors(file(ROWS));
  const text = 'the cat unknown, '.repeat(100_000);
  expect([...model.tokenize(text)]).toEqual(Array.from({ length: 128 }, (_, i) => 1 + (i % 2)));
  const time = cpuTime(() => {
    for (const long of ['a'.repeat(1e6), '中文'.repeat(5e5), ' '.repeat(1e6)]) {
      expect([...model.tokenize(long)]).toEqual([0]);
    }
  });
  expect(time).toBeLessThan(1000);
});

test('reading tells its progress, and ends when it is told to', async () => {
  const path = file(Array.from({ length: 50_000 }, (_, i) => `w${i} 1 2 3`));
  const told: number[] = [];
  await loadWordVectors(path, { onProgress: ({ loaded, total }) => told.push(loaded / total) });
  expect(told.at(-1)).toBe(1);
  const controller = new AbortController();
  const reading = loadWordVectors(path, {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  });
  await expect(reading).rejects.toThrow('enough');
});

test.each([
  [{ pooling: 'max' }],
  [{ most: 0 }],
  [{ vocabulary: 'the' }],
  [{ fitOn: ['a'] }],
  [{ pooling: 'sif', fitOn: 'text' }],
  [{ pooling: 'sif', counts: { the: 1 } }],
  [{ pooling: 'sif', a: 0 }],
  [{ length: 3 }],
])('%j is refused', async (options) => {
  await expect(
    loadWordVectors(file(ROWS), JSON.parse(JSON.stringify(options))),
  ).rejects.toMatchObject({
    code: 'ERR_TORCH_ARGUMENT',
  });
});

describeWith(sharedData('vectors/glove-100d-30k'))('GloVe', () => {
  test('puts questions of one intent closer than those of others', async () => {
    const model = await loadWordVectors(sharedData('vectors/glove-100d-30k/glove-100d-30k.txt.gz'));
    expect(model.spec.words).toHaveLength(30_000);
    const texts = [
      'what is my bank balance',
      'how much money is on my account',
      'will it rain today',
    ];
    const x = model.embed(
      model.params,
      texts.map((text) => model.tokenize(text)),
    );
    const [same = 0, other = 1] = [1, 2].map((i) =>
      Number(
        x
          .index([0])
          .dot(x.index([i]))
          .item(),
      ),
    );
    expect(same).toBeGreaterThan(other + 0.05);
  });
});
