import { counted } from '../lib/counted';

test.each([
  [1, '1 example'],
  [0, '0 examples'],
  [2, '2 examples'],
  [11780, '11,780 examples'],
])('%d', (count, text) => {
  expect(counted(count, 'example')).toBe(text);
});

test('a plural of its own', () => {
  expect(counted(1, 'class', 'classes')).toBe('1 class');
  expect(counted(2, 'class', 'classes')).toBe('2 classes');
});
