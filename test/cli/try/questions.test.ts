import { NEW_LABEL, NEW_QUESTION, QUESTIONS, TAUGHT } from '../../../lib/cli/try/questions';
import { loadIntents, sameText } from '../../../lib/text';

test('no question is in the data', () => {
  const intents = loadIntents();
  const texts = intents.classes.flatMap((label) => intents.examples(label));
  const known = new Set([...texts, ...intents.outOfScope].map(sameText));
  expect([...QUESTIONS, NEW_QUESTION].filter((text) => known.has(sameText(text)))).toEqual([]);
});

test('all labels are intents of the data, and the new one is not taught before', () => {
  expect(loadIntents().classes).toEqual(expect.arrayContaining([...TAUGHT, NEW_LABEL]));
  expect(TAUGHT).not.toContain(NEW_LABEL);
});
