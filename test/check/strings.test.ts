import { requireDistinct } from '../../lib/check';
import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';

test('accepts distinct strings', () => {
  expect(() => requireDistinct(['A', 'a', ' a', '', ' '], 'classes')).not.toThrow();
});

test('names the repeated one', () => {
  expect(() => requireDistinct(['a', 'b', 'c', 'b'], 'classes')).toThrow(ArgumentRangeError);
  expect(() => requireDistinct(['a', 'b', 'c', 'b'], 'classes')).toThrow(
    "Expected distinct strings for classes but received string 'b'",
  );
});

test.each([
  ['ab', "Expected an array of strings for classes but received string 'ab'"],
  [{ 0: 'a' }, 'Expected an array of strings for classes but received Object'],
  [['a', 1], 'Expected strings for classes but received number 1'],
  [[['a']], 'Expected strings for classes but received array of length 1'],
])('refuses %j by its type', (values, message) => {
  const check = () => Reflect.apply(requireDistinct, null, [values, 'classes']);
  expect(check).toThrow(ArgumentTypeError);
  expect(check).toThrow(message);
});
