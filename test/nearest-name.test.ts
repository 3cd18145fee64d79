import { nearestName } from '../lib/nearest-name';

test('finds what was mistyped', () => {
  const names = ['cards', 'loans', 'weather'];
  expect(nearestName('crads', names)).toBe('cards');
  expect(nearestName('loan', names)).toBe('loans');
  expect(nearestName('whether', names)).toBe('weather');
  expect(nearestName('cards', names)).toBe('cards');
});

test('offers nothing that is not like it', () => {
  expect(nearestName('xyz', ['cards'])).toBeUndefined();
  expect(nearestName('', ['cards'])).toBeUndefined();
  expect(nearestName('cards', [])).toBeUndefined();
  expect(nearestName('a'.repeat(1e6), ['a'.repeat(100)])).toBeUndefined();
});
