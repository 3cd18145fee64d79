import { knownTexts, withMore } from '../../../lib/serve/examples/known-texts';

const row = (text: string) => ({ text, label: 'any' });

test('texts are known by what they say, not by their spaces', () => {
  const known = knownTexts([row('my  card'), row('rain')]);
  expect(known.get('my card')).toEqual([0]);
  expect(known.get('rain')).toEqual([1]);
  expect(known.get('snow')).toBeUndefined();
});

test('a list that grew knows its own texts, and the one before does not know the new', () => {
  const before = [row('my card'), row('rain')];
  knownTexts(before);
  const after = withMore(before, [row('snow')]);
  expect(after).toEqual([...before, row('snow')]);
  expect([...knownTexts(after)]).toEqual([...knownTexts([...after])]);
  expect(knownTexts(before).has('snow')).toBe(false);
});
