import { atOnce, integerFrom, positiveInteger, upTo } from '../../lib/check';
import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';

test.each([3, 4, 9])('integerFrom accepts %d in [3, 9]', (value) => {
  expect(integerFrom(3, value, 'n', 'fn', 9)).toBe(value);
});

test.each([2, 10, 3.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
  'integerFrom refuses %d',
  (value) => {
    expect(() => integerFrom(3, value, 'n', 'fn', 9)).toThrow(ArgumentRangeError);
    expect(() => integerFrom(3, value, 'n', 'fn', 9)).toThrow(
      `Expected an integer from 3 to 9 for n of fn but received number ${value}`,
    );
  },
);

test.each([['4'], [undefined], [null], [4n]])('integers are refused as %p', (value) => {
  expect(() => integerFrom(3, value, 'n', 'fn')).toThrow(ArgumentTypeError);
  expect(() => integerFrom(3, value, 'n', 'fn')).toThrow(
    'Expected an integer of at least 3 for n of fn',
  );
  expect(() => positiveInteger(value, 'n', 'fn')).toThrow(
    'Expected a positive integer for n of fn',
  );
});

test.each([0, 1025, 2 ** 31, 1e9, 0.5, Number.NaN])('%p does not run at once', (value) => {
  expect(() => atOnce(value, 'workers', 'open')).toThrow(
    'Expected an integer from 1 to 1024 for workers of open',
  );
});

test.each([0, 11, 2 ** 31])('%p is not up to ten', (value) => {
  expect(() => upTo(10)(value, 'copies', 'make')).toThrow(
    'Expected an integer from 1 to 10 for copies of make',
  );
  expect(upTo(10)(10, 'copies', 'make')).toBe(10);
});

test('1 to 1,024 run at once', () => {
  expect([1, 8, 1024].map((count) => atOnce(count, 'workers', 'open'))).toEqual([1, 8, 1024]);
});
