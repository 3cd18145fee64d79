import { calledAs } from '../../lib/check';
import { ArgumentRangeError, ArgumentTypeError, TorchError } from '../../lib/errors';

const names = { self: 'input' };
const failing = (error: unknown) => () =>
  calledAs({ operator: 'outer', names, received: () => 'input: float32 [2]' }, () => {
    throw error;
  });

test('results are handed through', () => {
  expect(calledAs({ operator: 'outer' }, () => 7)).toBe(7);
});

test('what an operator inside refuses is said as of the function that was called', () => {
  const inner = new ArgumentTypeError('inner: Expected Tensor for self but received null', 'inner');
  expect(failing(inner)).toThrow(
    expect.objectContaining({
      message: 'outer: Expected Tensor for input but received null',
      operator: 'outer',
    }),
  );
  expect(failing(inner)).toThrow(ArgumentTypeError);
  expect(
    failing(new ArgumentRangeError('Expected 1 for x of inner but received 2', 'inner')),
  ).toThrow('outer: Expected 1 for x of outer but received 2');
});

test('where shapes do not fit, the arguments are told', () => {
  const inner = new TorchError('ERR_TORCH_SHAPE', 'inner: they differ', { operator: 'inner' });
  expect(failing(inner)).toThrow(
    expect.objectContaining({
      message: 'outer: they differ (input: float32 [2])',
      code: 'ERR_TORCH_SHAPE',
      operator: 'outer',
      cause: inner,
    }),
  );
});

test('its own errors and those of others stay as they are', () => {
  const own = new ArgumentTypeError('Expected 1 for x of outer but received 2', 'outer');
  const others = [own, new TypeError('x is not a function'), 'text'];
  for (const error of others) {
    let caught: unknown;
    try {
      failing(error)();
    } catch (found) {
      caught = found;
    }
    expect(caught).toBe(error);
  }
});
