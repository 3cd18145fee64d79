import { withLabelTexts } from '../../../lib/serve/examples/label-texts';
import { readExamples } from '../../../lib/serve/examples/read-examples';
import { nameAsText } from '../../../lib/text/name-as-text';

const read = (examples: unknown, texts: Parameters<typeof withLabelTexts>[1]) =>
  readExamples(withLabelTexts(examples as never, texts, 'fit'), 'fit');

test.each([
  ['card_lost', 'card lost'],
  ['cardLost', 'card lost'],
  ['Account/Top-up.how', 'account top up how'],
  ['余额', '余额'],
])('%s reads «%s»', (label, text) => expect(nameAsText(label)).toBe(text));

test('names and descriptions come after the examples, and a label needs no other', () => {
  const descriptions = { top_up: 'Putting money on an account.' };
  expect(
    read({ card_lost: ['it is gone'], top_up: [] }, { labelNames: true, descriptions }),
  ).toEqual({
    labels: ['card_lost', 'top_up'],
    rows: [
      { text: 'it is gone', label: 'card_lost' },
      { text: 'card lost', label: 'card_lost' },
      { text: 'top up', label: 'top_up' },
      { text: 'Putting money on an account.', label: 'top_up' },
    ],
  });
});

test('rows have names too; without the option nothing changes', () => {
  const rows = [{ text: 'gone', label: 'cardLost' }];
  expect(read(rows, { labelNames: true }).rows.map(({ text }) => text)).toEqual([
    'gone',
    'card lost',
  ]);
  expect(read(rows, { labelNames: false }).rows).toEqual(rows);
  const message =
    "Expected at least one text, a description or `labelNames` for the label 'a' of fit but received array of length 0";
  expect(() => read({ a: [], b: ['x'] }, { labelNames: false })).toThrow(message);
  // A description of another label says nothing of it.
  const descriptions = { b: 'Rain and sun.' };
  expect(() => read({ a: [], b: ['x'] }, { labelNames: false, descriptions })).toThrow(message);
});

test('refuses a description of a label that is not there', () => {
  const descriptions = { weather: 'Rain and sun.' };
  expect(() => read({ a: ['x'] }, { labelNames: false, descriptions })).toThrow(
    "Expected labels of the examples for descriptions of fit but received string 'weather'",
  );
});
