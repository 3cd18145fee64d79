import fc from 'fast-check';
import { filled, intentAnswer } from '../../../lib/serve/assistant/definition';
import { findSlot, readSlot, type Slot, slotCheck } from '../../../lib/serve/assistant/slots';
import { cpuTime } from '../../helpers/cpu-time';

const NOW = Date.UTC(2026, 4, 1, 12);
const value = (slot: Slot, text: string) => findSlot(slot, text, NOW)?.value;
const ask = 'Which?';

test.each<[Slot, string, string | number | undefined]>([
  [{ type: 'number', ask }, 'send 12,5 euros', 12.5],
  [{ type: 'number', ask, least: 1, most: 9 }, 'send 12 euros', undefined],
  [{ type: 'number', ask }, 'my card A12 is gone', undefined],
  [{ type: 'date', ask }, 'on 2026-05-01, please', '2026-05-01'],
  [{ type: 'date', ask }, 'am 1.5.2026', '2026-05-01'],
  [{ type: 'date', ask }, 'on 2026-02-30', undefined],
  [{ type: 'date', ask }, 'Tomorrow!', '2026-05-02'],
  [{ type: 'email', ask }, 'write to ann.b@mail.example.org.', 'ann.b@mail.example.org'],
  [{ type: 'choice', ask, values: { gold: ['the best'], blue: [] } }, 'The BEST card', 'gold'],
  [{ type: 'choice', ask, values: { gold: [], blue: [] } }, 'gold or blue?', undefined],
  [{ type: 'choice', ask, values: { gold: [], blue: [] } }, 'golden', undefined],
  [{ type: 'pattern', ask, pattern: '\\d{4}' }, 'it ends in 4711', '4711'],
  [{ type: 'text', ask }, 'anything', undefined],
])('%j in «%s» is %p', (slot, text, expected) => {
  expect(value(slot, text)).toBe(expected);
});

test('a text is what is said when it is asked for', () => {
  expect(readSlot({ type: 'text', ask }, ' 5 Elm Street ', NOW)?.value).toBe('5 Elm Street');
  expect(readSlot({ type: 'text', ask }, '  ', NOW)).toBeUndefined();
});

test('whatever is said, a slot gives what fits it, in little time', () => {
  const slots: Slot[] = [
    { type: 'number', ask, least: 0, most: 1e6 },
    { type: 'date', ask },
    { type: 'email', ask },
  ];
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const [number, date, email] = slots.map((slot) => value(slot, text));
      if (number !== undefined) expect(number).toBeGreaterThanOrEqual(0);
      if (date !== undefined) expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
      if (email !== undefined) expect(email).toContain('@');
    }),
  );
  const time = cpuTime(() => {
    for (const text of ['a'.repeat(4000), '1,'.repeat(2000), 'a@a.'.repeat(1000)]) {
      for (const slot of slots) value(slot, text);
    }
  });
  expect(time).toBeLessThan(2000);
});

test('what a customer says is never read as a template', () => {
  const answer = { answer: 'Dear {name}, {day}', slots: {} };
  expect(filled(answer, { name: '{day} $& $1', day: 5 })).toBe('Dear {day} $& $1, 5');
});

test.each([
  [{ answer: 'a {card}' }, /Expected no \{name\} where there are no slots for \{card\} in answer/],
  [{ answer: 'a {card}', slots: { cart: { type: 'text', ask } } }, /Expected cart for \{card\}/],
  [{ answer: 'a', slots: { b: { type: 'txt', ask } } }, /slots.b.type .*did you mean text/],
])('%j is refused', (given, message) => {
  expect(() => intentAnswer(given, 'answer', 'the test')).toThrow(message);
});

test('a pattern that is no regular expression is refused', () => {
  expect(() => slotCheck({ type: 'pattern', ask, pattern: '(' }, 'slot', 'the test')).toThrow(
    /Expected a regular expression for slot.pattern of the test/,
  );
});
