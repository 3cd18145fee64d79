import { byName } from '../../lib/check';

const read = (...args: unknown[]): unknown => byName(args, ['a', 'b'], ['c'], 'fn');

test('arguments come by position, by name, or some each way', () => {
  expect(read(1, 2)).toEqual({ a: 1, b: 2 });
  expect(read(1, { b: 2, c: 3 })).toEqual({ a: 1, b: 2, c: 3 });
  expect(read({ a: null })).toEqual({ a: null });
  expect(read()).toEqual({});
});

test('undefined by position leaves an argument out', () => {
  expect(read(undefined, 2)).toEqual({ b: 2 });
  expect(read(undefined, { a: 1 })).toEqual({ a: 1 });
});

test.each<[unknown[], string]>([
  [[1, { a: 2 }], 'fn: Received a both by position and by name'],
  [[1, 2, 3], 'Expected no more arguments for fn but received number 3'],
  [[1, 2, 3, {}], 'Expected no more arguments for fn but received number 3'],
  [[{ d: 1 }], 'fn: Unknown option d; expected a, b, c'],
])('%j is refused', (args, message) => {
  expect(() => read(...args)).toThrow(message);
});
