import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { jsonErrorOffset } from '../../../../../lib/files/json-error';
import { placeOfValue } from '../../../../../lib/text/datasets/readers/formats/json-place';
import type { ReadDataOptions } from '../../../../../lib/text/datasets/readers/options';
import { readDataset } from '../../../../../lib/text/datasets/readers/read-dataset';
import { temporaryFolder } from '../../../../helpers/folders';

const folder = temporaryFolder();

async function read(content: string | Buffer, options: ReadDataOptions = {}, name = 'file.json') {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return readDataset(path, options);
}

const ROW = { text: 'x', label: 'a' };

test.each<[string, string, string, ReadDataOptions?]>([
  ['a list of objects', 'json', '[{"text": "x", "label": "a", "id": 7}]'],
  ['keys that are chosen', 'json', '[{"q": "x", "c": "a"}]', { text: 'q', label: 'c' }],
  ['texts as tokens', 'json', '[{"text": ["x"], "label": "a"}]'],
  ['columns', 'json', '{"id": [7], "text": ["x"], "label": ["a"]}'],
  ['columns that are chosen', 'json', '{"q": ["x"], "c": ["a"]}', { text: 'q', label: 'c' }],
  ['texts by label', 'json', '{"a": ["x"]}'],
  ['labels as numbers', 'json', '[{"text": "x", "label": 1}]', { labelNames: ['b', 'a'] }],
])('reads %s', async (_, format, content, options = {}) => {
  expect(await read(content, options)).toMatchObject({ format, rows: [ROW] });
});

test.each([
  [
    'file.jsonl',
    '{"text": "x", "label": "a"}\n{"text": "y", "label": "a", "label": "b"}\n',
    'line 2',
  ],
  [
    'file.json',
    '[{"text": "x", "label": "a"},\n {"text": "y", "label": "a", "label": "b"}]',
    'line 2',
  ],
  ['clinc.json', '{"train": [["x", "a"]],\n "train": [["y", "b"]]}', 'line 2'],
])('refuses a key that stands twice in %s', async (name, content, place) => {
  await expect(read(content, {}, name)).rejects.toThrow(
    new RegExp(`${place}.*each label or column once but found "(label|train)" twice`),
  );
});

test('reads one object a line, though the name says JSON', async () => {
  const lines = '{"text": "x", "label": "a"}\n\n{"text": "y", "label": 3, "part": "test"}\n';
  const expected = [
    { ...ROW, line: 1 },
    { text: 'y', label: '3', line: 3 },
  ];
  expect(await read(lines)).toMatchObject({ format: 'jsonl', rows: expected });
  expect(await read(gzipSync(lines), {}, 'file.jsonl.gz')).toMatchObject({
    format: 'jsonl',
    rows: expected,
  });
  expect(await read('{"text": ["x"], "label": ["a"]}')).toMatchObject({
    format: 'json',
    rows: [ROW],
  });
});

test('reads the splits of CLINC150, with what is out of scope apart', async () => {
  const data = await read(
    '{"train": [["x", "a"], ["y", "b"]], "oos_train": [["z", "oos"]], "val": []}',
  );
  expect(data).toMatchObject({
    format: 'clinc150',
    chosenBy: 'it begins as lists of pairs by name',
  });
  expect(data.splits).toEqual({
    train: [
      { text: 'x', label: 'a', split: 'train' },
      { text: 'y', label: 'b', split: 'train' },
    ],
    oos_train: [{ text: 'z', label: 'oos', split: 'oos_train' }],
  });
});

const FEWREL =
  '{"P1": [{"tokens": ["in", "New", "York", "by", "Bob"], "h": ["new york", "Q1", [[1, 2]]], "t": ["bob", "Q2", [[4]]]}]}';

test('reads FewRel, with its entities marked on demand', async () => {
  const data = await read(FEWREL);
  expect(data).toMatchObject({
    format: 'fewrel',
    rows: [{ text: 'in New York by Bob', label: 'P1' }],
  });
  const marked = 'in [E1] New York [/E1] by [E2] Bob [/E2]';
  expect((await read(FEWREL, { markEntities: true })).rows[0]?.text).toBe(marked);
});

test.each<[string, string, RegExp, ReadDataOptions?]>([
  [
    'what is not JSON',
    '[{"text": "x"},\n {"text": y}]',
    /line 2, column 11: expected JSON but found "y}\]"/,
  ],
  ['what ends too early', '[{"text": "x"', /line 1, column 14: expected JSON but found its end/],
  [
    'an element that is not an object',
    '[{"text": "x", "label": "a"},\n 3]',
    /line 2, column 2, record \[1\]: expected an object .* the number 3/,
  ],
  [
    'a missing key',
    '[{"text": "x", "label": "a"},\n\n {"text": "x", "labl": "a"}]',
    /line 3, column 2, record 2: expected .*'label' or .*; the nearest is 'labl'/,
  ],
  [
    'a text that is not a string',
    '[\n{"text": 3, "label": "a"}]',
    /line 2, column 1, record 1: expected a string as the text but found the number 3/,
  ],
  [
    'a label that is a fraction',
    '[{"text": "x", "label": 0.5}]',
    /record 1: expected a string or an integer as the label/,
  ],
  [
    'columns of unequal length',
    '{"text": ["x", "y"], "label": ["a"]}',
    /record label: expected a list of 2 as 'text' is but found a list of 1/,
  ],
  [
    'a text by label that is a number',
    '{"a": ["x",\n5]}',
    /line 2, column 1, record a\[1\]: expected a text but found the number 5/,
  ],
  ['a single value', '3', /expected .* \(option format\) but found "3"/],
  [
    'half a pair of CLINC150',
    '{"train": [["x", "a"],\n ["y"]]}',
    /line 2, column 2, record train\[1\]: expected a pair/,
  ],
  [
    'tokens that are not strings',
    '{"P1": [{"tokens": [1]}]}',
    /record P1\[0\].tokens: expected a list of strings/,
  ],
  [
    'an entity beyond the sentence',
    FEWREL.replace('[[4]]', '[[5]]'),
    /record P1\[0\].t: expected an entity/,
    { markEntities: true },
  ],
  [
    'more than the limit',
    '[{"text": "x", "label": "a"}]',
    /at most 10 characters of JSON \(maxJsonLength\)/,
    { maxJsonLength: 10 },
  ],
])('refuses %s', async (_, content, message, options = {}) => {
  const failure = read(content, options);
  await expect(failure).rejects.toMatchObject({ name: 'DataFileError', code: 'ERR_TORCH_FILE' });
  await expect(failure).rejects.toThrow(message);
});

test('refuses a line that is not an object, by line and record', async () => {
  const failure = (content: string, options = {}) => read(content, options, 'file.jsonl');
  const good = '{"text": "x", "label": "a"}\n\n';
  await expect(failure(`${good}{"text": \n`)).rejects.toThrow(
    /line 3, column \d+, record 2: expected JSON/,
  );
  await expect(failure(`${good}[]\n`)).rejects.toThrow(
    'line 3, record 2: expected an object but found a list of 0',
  );
  await expect(failure(good + good, { maxRecordLength: 9 })).rejects.toThrow(
    'line 1: expected at most 9',
  );
});

test('finds the place of any value', () => {
  const lists = fc.array(fc.array(fc.string(), { minLength: 1 }), { minLength: 1 });
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), lists, { minKeys: 1 }),
      fc.nat(),
      fc.nat(),
      fc.nat(),
      (value, a, b, c) => {
        const entries = Object.entries(value);
        const [key, list] = entries[a % entries.length] ?? ['', []];
        const i = b % list.length;
        const inner = list[i] ?? [];
        const j = c % inner.length;
        const text = JSON.stringify(value, null, 1);
        const { line = 0, column = 0 } = placeOfValue(text, [key, i, j]);
        const found = text.split('\n')[line - 1]?.slice(column - 1);
        expect(found).toMatch(/^"/);
        expect(found?.startsWith(JSON.stringify(inner[j]))).toBe(true);
      },
    ),
  );
});

test('finds where a text stops to be JSON', () => {
  const pieces = ['[', ']', '{', '}', ':', ',', '"a"', '1', 'null', ' ', 'x', '"'];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((list) => list.join(''));
  const isJson = (given: string) => {
    try {
      JSON.parse(given);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(fc.oneof(text, fc.json()), (given) => {
      const offset = jsonErrorOffset(given);
      if (isJson(given)) expect(offset).toBe(given.length);
      else if (offset < given.length) expect(isJson(given.slice(0, offset + 1))).toBe(false);
    }),
    { numRuns: 3000 },
  );
  expect(jsonErrorOffset('{"a": [1, 2,]}')).toBe(12);
  expect(jsonErrorOffset('{"a" 1}')).toBe(5);
  expect(jsonErrorOffset('[01]')).toBe(2);
  expect(jsonErrorOffset('[1}')).toBe(2);
  expect(jsonErrorOffset('[1] 2')).toBe(4);
});
