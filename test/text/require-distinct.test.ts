import { ArgumentRangeError } from '../../lib/errors';
import { requireDistinct } from '../../lib/text/require-distinct';

test('accepts distinct strings', () => {
  expect(() => requireDistinct(['a', 'A', ''], 'classes')).not.toThrow();
});

test('names the repeated one', () => {
  expect(() => requireDistinct(['a', 'b', 'c', 'b'], 'classes')).toThrow(ArgumentRangeError);
  expect(() => requireDistinct(['a', 'b', 'c', 'b'], 'classes')).toThrow(
    "Expected distinct strings for classes but received string 'b'",
  );
});
