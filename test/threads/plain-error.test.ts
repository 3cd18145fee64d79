import { ArgumentRangeError, ArgumentTypeError, TorchError } from '../../lib/errors';
import { errorOf, plainError } from '../../lib/threads/plain-error';

const across = (error: unknown): Error => errorOf(structuredClone(plainError(error)));

test.each([
  new ArgumentTypeError('Expected a string', 'fit'),
  new ArgumentRangeError('Expected two labels', 'fit'),
  new TorchError('ERR_TORCH_FILE', 'Cannot read x', { path: 'x' }),
  new TorchError('ERR_TORCH_SHAPE', 'matmul: sizes differ', { operator: 'matmul' }),
])('%s is the same on the other side', (error) => {
  const { name, message, code, operator } = error;
  const found = across(error);
  expect(found).toMatchObject({ name, message, code, operator });
  expect(found.constructor).toBe(error.constructor);
});

test.each([
  [new Error('odd'), 'odd'],
  ['a string', 'a string'],
  [undefined, 'undefined'],
])('whatever was thrown gets a code: %s', (thrown, message) => {
  expect(across(thrown)).toMatchObject({ message, code: 'ERR_TORCH_RUNTIME' });
});
