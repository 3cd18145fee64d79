import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  loadPredictions,
  openPredictions,
  type Protocol,
  type QueryPrediction,
  writePredictions,
} from '../../../lib/train/report/predictions';
import { temporaryFolder } from '../../helpers/folders';
import { exampleQueries } from './example-queries';

const folder = temporaryFolder();
const fileNamed = (name: string): string => join(folder(), name);
const protocol: Protocol = { dataset: 'banking77', model: 'MAML', ways: [2, 5], shots: 1, seed: 3 };

/** The lines of a file of the example's queries. */
function linesOf(queries = exampleQueries()): string[] {
  writePredictions(fileNamed('own.jsonl'), { protocol, queries });
  return readFileSync(fileNamed('own.jsonl'), 'utf8').trimEnd().split('\n');
}

async function reading(content: string | Buffer, name = 'other.jsonl'): Promise<unknown> {
  writeFileSync(fileNamed(name), content);
  return loadPredictions(fileNamed(name));
}

test('what is written is read again, packed by gzip or not', async () => {
  for (const name of ['a.jsonl', 'a.jsonl.gz']) {
    const queries = exampleQueries();
    writePredictions(fileNamed(name), { protocol, queries });
    const { header, queries: read } = await loadPredictions(fileNamed(name));
    expect(header).toMatchObject({ format: 'metatorch-predictions', version: 1, texts: true });
    expect(header.protocol).toEqual(protocol);
    expect(read).toEqual(queries);
    expect(Object.hasOwn(read[3]?.probabilities ?? {}, '__proto__')).toBe(true);
  }
  const packed = gunzipSync(readFileSync(fileNamed('a.jsonl.gz')));
  expect(packed.equals(readFileSync(fileNamed('a.jsonl')))).toBe(true);
});

test('any queries survive the way through a file', async () => {
  const label = fc.string({ maxLength: 6 });
  const query = fc
    .record({
      episode: fc.nat(),
      row: fc.oneof(fc.nat(), fc.string()),
      text: fc.string({ unit: 'grapheme' }),
      labels: fc.uniqueArray(label, { minLength: 1, maxLength: 5 }),
      weights: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
        minLength: 5,
        maxLength: 5,
      }),
      groups: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true }),
    })
    .map(({ labels, weights, ...rest }): QueryPrediction => {
      const sum = labels.reduce((total, _, i) => total + (weights[i] ?? 0), 0);
      const pairs = labels.map((one, i) => [one, (weights[i] ?? 0) / sum] as const);
      const [first = ''] = labels;
      return { ...rest, label: first, predicted: null, probabilities: Object.fromEntries(pairs) };
    });
  await fc.assert(
    fc.asyncProperty(fc.array(query, { minLength: 1, maxLength: 5 }), async (queries) => {
      writePredictions(fileNamed('any.jsonl'), { protocol, queries });
      expect((await loadPredictions(fileNamed('any.jsonl'))).queries).toEqual(queries);
    }),
    { numRuns: 50 },
  );
});

test('a file without texts keeps their lengths, rows and labels alone', async () => {
  writePredictions(
    fileNamed('private.jsonl'),
    { protocol, queries: exampleQueries() },
    { texts: false },
  );
  const { header, queries } = await loadPredictions(fileNamed('private.jsonl'));
  expect(header.texts).toBe(false);
  // Code points, of which the smiling face is one.
  expect(queries.map(({ characters }) => characters)).toEqual([17, 8, 6, 10]);
  expect(queries[0]?.nearest).toEqual([{ row: 1, label: 'card', similarity: 0.9 }]);
  const content = readFileSync(fileNamed('private.jsonl'), 'utf8');
  for (const { text = '' } of exampleQueries()) expect(content).not.toContain(text);
  expect(content).not.toContain('my card');
});

test('queries are written as a generator makes them, many chunks long', async () => {
  function* many(): Generator<QueryPrediction> {
    const [query] = exampleQueries();
    for (let row = 0; query && row < 5000; row++) yield { ...query, row };
  }
  writePredictions(fileNamed('many.jsonl.gz'), { protocol, queries: many() });
  const { queries } = await openPredictions(fileNamed('many.jsonl.gz'));
  let row = 0;
  for await (const query of queries) expect(query.row).toBe(row++);
  expect(row).toBe(5000);
  expect(statSync(fileNamed('many.jsonl.gz')).size).toBeLessThan(100_000);
});

test('a query that is wrong leaves the old file as it was', async () => {
  writePredictions(fileNamed('kept.jsonl'), { protocol, queries: exampleQueries() });
  const before = readFileSync(fileNamed('kept.jsonl'));
  const [query] = exampleQueries();
  const queries = [query, { ...query, ms: Number.NaN }] as QueryPrediction[];
  expect(() => writePredictions(fileNamed('kept.jsonl'), { protocol, queries })).toThrow(
    'Expected a number of at least 0 for queries[1].ms of writePredictions but received number NaN',
  );
  expect(readFileSync(fileNamed('kept.jsonl')).equals(before)).toBe(true);
});

test.each<[Record<string, unknown>, string]>([
  [{ probabilities: { card: Number.NaN, loan: 1 } }, 'probabilities.card'],
  [{ probabilities: { card: 0.5, loan: 0.2 } }, 'the sum of queries[0].probabilities'],
  [{ probabilities: {} }, 'probabilities of all labels, which sum to 1'],
  [{ probabilities: { card: 1.5, loan: -0.5 } }, 'a number in [0, 1]'],
  [{ label: 'weather' }, "null for queries[0].label of writePredictions but received string 'wea"],
  [{ label: 'toString' }, 'queries[0].label'],
  [{ predicted: 'weather' }, 'queries[0].predicted'],
  [{ label: undefined }, 'a string for queries[0].label'],
  [{ row: -1 }, 'an integer of at least 0 for queries[0].row'],
  [{ episode: 0.5 }, 'queries[0].episode'],
  [{ groups: { language: 3 } }, 'queries[0].groups.language'],
  [{ extra: 1 }, 'Expected only episode, source, row'],
])('refuses a query with %j', (change, message) => {
  const [query] = exampleQueries();
  const queries = [{ ...query, ...change } as QueryPrediction];
  expect(() => writePredictions(fileNamed('a.jsonl'), { protocol, queries })).toThrow(message);
});

test('refuses no queries, none at all and what is no protocol', () => {
  const write = (predictions: object) => () =>
    writePredictions(fileNamed('a.jsonl'), predictions as never);
  expect(write({ protocol, queries: [] })).toThrow('at least one query');
  expect(write({ protocol })).toThrow('queries one after the other');
  expect(write({ protocol: { model: 'x' }, queries: [] })).toThrow('protocol.dataset');
  expect(write({ protocol: { ...protocol, ways: [5, 2] }, queries: [] })).toThrow('[least, most]');
});

test.each<[string, (lines: string[]) => string, RegExp]>([
  ['an empty file', () => '', /other\.jsonl: expected predictions of format .* an empty file/],
  ['another file', () => '{"a": 1}\n', /line 1: .*another header: .*a/],
  ['no JSON', () => 'text\n', /line 1: expected JSON but found "text"/],
  [
    'a later version',
    ([first = '']) => first.replace('"version":1', '"version":2'),
    /line 1: .*version 1 .*version of the line but received number 2/,
  ],
  [
    'a query that was changed',
    (all) => all.join('\n').replace('"predicted":"card"', '"predicted":"tram"'),
    /line 2: .*query\.predicted of the line but received string 'tram'/,
  ],
  [
    'a NaN as Python writes it',
    (all) => all.join('\n').replace('0.75', 'NaN'),
    /line 2: expected JSON/,
  ],
  ['an empty line', ([a = '', ...rest]) => [a, '', ...rest].join('\n'), /line 2: .*an empty line/],
  ['half a line', (all) => all.join('\n').slice(0, -80), /line 5: expected JSON/],
  ['no last line', (all) => all.slice(0, 4).join('\n'), /line 4: .*that was cut off/],
  ['fewer queries', (all) => [all[0], all[1], all[5]].join('\n'), /line 3: expected 4 .*found 1/],
  ['more lines', (all) => [...all, all[1]].join('\n'), /line 7: expected the end of the file/],
])('refuses %s by file and line', async (_, change, message) => {
  await expect(reading(change(linesOf()))).rejects.toMatchObject({
    code: 'ERR_TORCH_FILE',
    message: expect.stringMatching(message),
  });
});

test('refuses a packed file that was cut off, and one that is not there', async () => {
  const packed = gzipSync(linesOf().join('\n'));
  await expect(reading(packed.subarray(0, -9), 'cut.gz')).rejects.toThrow(/Cannot read .*cut\.gz/);
  await expect(loadPredictions(fileNamed('none.jsonl'))).rejects.toThrow(/none\.jsonl.*ENOENT/);
  await expect(loadPredictions(3 as never)).rejects.toThrow('path of loadPredictions');
});
