import { torch } from '../../../lib/torch';
import { apply } from '../../helpers/junk';

const x = torch.ones([2, 3]);

/** A method as JavaScript calls it, which knows no types. */
const method =
  (name: string) =>
  (...args: unknown[]) =>
    Reflect.apply(Reflect.get(x, name), x, args);

test.each<readonly [string, (...args: unknown[]) => unknown, unknown[]]>([
  ['index', method('index'), [[0], 1]],
  ['index of two integers', method('index'), [0, 1]],
  ['to', method('to'), ['float64', {}, 1]],
  ['to with options alone', method('to'), [{ dtype: 'float64' }, {}]],
  ['a unary operator', method('exp'), [1]],
  ['a spread of more than an operator takes', method('add'), [...[1, {}, 2]]],
  ['a spread of sizes after a list', method('reshape'), [[3], 2]],
  ['a spread of dimensions before a flag', method('sum'), [0, 1, true]],
  ['a function', (...args) => apply(torch.zeros as never, ...args), [[2], {}, 1]],
])('%s refuses surplus arguments', (_, call, args) => {
  const typed = expect.objectContaining({ code: expect.stringMatching(/^ERR_TORCH_/) });
  expect(() => call(...args)).toThrow(typed);
});

test('without them the same calls work', () => {
  expect(x.index([0]).shape).toEqual([3]);
  expect(x.to('float64', {}).dtype).toBe('float64');
  expect(x.to({ dtype: 'float64' }).dtype).toBe('float64');
  expect(x.reshape([3, 2]).shape).toEqual([3, 2]);
});
