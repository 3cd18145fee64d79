import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { requireInteger } from '../../lib/text/require-integer';

test.each([3, 4, 9])('accepts %d in [3, 9]', (value) => {
  expect(requireInteger(value, 'n', 3, 9)).toBe(value);
});

test.each([2, 10, 3.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d', (value) => {
  expect(() => requireInteger(value, 'n', 3, 9)).toThrow(ArgumentRangeError);
  expect(() => requireInteger(value, 'n', 3, 9)).toThrow(
    `Expected an integer from 3 to 9 for n but received number ${value}`,
  );
});

test.each([['4'], [undefined], [null], [4n]])('refuses %p by its type', (value) => {
  expect(() => requireInteger(value, 'n', 3)).toThrow(ArgumentTypeError);
  expect(() => requireInteger(value, 'n', 3)).toThrow('Expected an integer of at least 3 for n');
});
