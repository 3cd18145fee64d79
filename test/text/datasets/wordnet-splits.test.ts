import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadWordNet } from '../../../lib/text/datasets/wordnet';
import { WORDNET_CLASSES, type WordNetClass } from '../../../lib/text/datasets/wordnet-classes';
import { WORDNET_SPLITS } from '../../../lib/text/datasets/wordnet-splits';
import { RandomSource } from '../../../lib/text/random-source';

const { metaTrain, metaValidation, metaTest } = WORDNET_SPLITS;
const dataset = loadWordNet();

test('parts the 45 classes into 25, 8 and 12', () => {
  expect([metaTrain.length, metaValidation.length, metaTest.length]).toEqual([25, 8, 12]);
  const all = new Set([...metaTrain, ...metaValidation, ...metaTest]);
  expect(all).toEqual(new Set(WORDNET_CLASSES));
});

test('has nouns, verbs and adjectives in each part, and 40 texts in every class held out', () => {
  for (const classes of [metaTrain, metaValidation, metaTest]) {
    const kinds = new Set(classes.map((label) => label.split('.')[0]));
    expect([...kinds]).toEqual(expect.arrayContaining(['noun', 'verb', 'adj']));
  }
  for (const label of [...metaValidation, ...metaTest]) {
    expect(dataset.examples(label).length).toBeGreaterThanOrEqual(40);
  }
});

test('is what the documented procedure draws', () => {
  const random = new RandomSource(31);
  const heldOut = { noun: [7, 4], verb: [4, 3], adj: [1, 1], adv: [0, 0] };
  const drawn = { test: new Set<WordNetClass>(), validation: new Set<WordNetClass>() };
  for (const [partOfSpeech, [test = 0, validation = 0]] of Object.entries(heldOut)) {
    const eligible = WORDNET_CLASSES.filter(
      (label) => label.startsWith(`${partOfSpeech}.`) && dataset.examples(label).length >= 40,
    );
    const order = random.shuffle(eligible);
    for (const label of order.slice(0, test)) drawn.test.add(label);
    for (const label of order.slice(test, test + validation)) drawn.validation.add(label);
  }
  expect(WORDNET_CLASSES.filter((label) => drawn.test.has(label))).toEqual(metaTest);
  expect(WORDNET_CLASSES.filter((label) => drawn.validation.has(label))).toEqual(metaValidation);
  const rest = WORDNET_CLASSES.filter((l) => !drawn.test.has(l) && !drawn.validation.has(l));
  expect(rest).toEqual(metaTrain);
});

test('is documented', () => {
  const text = readFileSync(join(__dirname, '../../../docs/data.md'), 'utf8');
  const parts = {
    'meta-train': metaTrain,
    'meta-validation': metaValidation,
    'meta-test': metaTest,
  };
  for (const [part, classes] of Object.entries(parts)) {
    for (const label of classes) expect(text).toMatch(new RegExp(`\`${label}\` \\| ${part} \\|`));
  }
});
