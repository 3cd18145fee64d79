import { WORDNET_CLASSES } from '../../../lib/text/datasets/wordnet-classes';

test('has the 45 lexicographer files under their numbers', () => {
  expect(WORDNET_CLASSES).toHaveLength(45);
  expect(new Set(WORDNET_CLASSES).size).toBe(45);
  const numbered = {
    0: 'adj.all',
    2: 'adv.all',
    3: 'noun.Tops',
    5: 'noun.animal',
    28: 'noun.time',
  };
  expect(WORDNET_CLASSES).toMatchObject(Object.assign([], WORDNET_CLASSES, numbered));
  expect(WORDNET_CLASSES[29]).toBe('verb.body');
  expect(WORDNET_CLASSES[43]).toBe('verb.weather');
  expect(WORDNET_CLASSES[44]).toBe('adj.ppl');
});

test('lists nouns and verbs each in alphabetical order after noun.Tops, as lexnames does', () => {
  for (const [first, last] of [
    [4, 29],
    [29, 44],
  ]) {
    const range = WORDNET_CLASSES.slice(first, last);
    expect([...range].sort()).toEqual(range);
  }
});
