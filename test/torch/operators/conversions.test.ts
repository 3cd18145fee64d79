import { torch } from '../../../lib/torch';

const x = torch.tensor([1.5, -2]);
const to = (...args: readonly unknown[]): unknown => Reflect.apply(x.to, x, args);

test('a device and a dtype by position, as in Python', () => {
  expect(x.to('cpu', 'float64').dtype).toBe('float64');
  expect(x.to('meta', 'int8')).toMatchObject({ dtype: 'int8', device: 'meta' });
  expect(x.to(null, 'int64').tolist()).toEqual([1n, -2n]);
  expect(x.to('meta', { dtype: 'int8' })).toMatchObject({ dtype: 'int8', device: 'meta' });
});

test('flags by position come after them', () => {
  const isCopy = (y: typeof x): boolean => {
    y.fill_(7);
    return x.select(0, 0).item() === 1.5;
  };
  expect(isCopy(x.to('cpu', 'float32', false, true))).toBe(true);
  expect(isCopy(x.to('float32', false, true))).toBe(true);
  expect(isCopy(x.to(x, false, true))).toBe(true);
  expect(isCopy(x.to('cpu', 'float32', false, { copy: true }))).toBe(true);
});

test.each<[unknown[], string]>([
  [['float64', 'cpu'], "Expected a boolean for nonBlocking of to but received string 'cpu'"],
  [
    ['cpu', null],
    'Expected a dtype, flags or options for what follows the target but received null',
  ],
  [['cpu', 'flot64'], "Expected a dtype for dtype of to but received string 'flot64'"],
  [['cpu', 'int8', true, 1], 'Expected a boolean for copy of to but received number 1'],
  [['cpu', 'int8', true, true, 1], 'Expected no more arguments for to but received number 1'],
  [['cpu', 'int8', { dtype: 'int8' }], 'to: Received dtype both by position and by name'],
  [['float64', { dtype: 'int8' }], 'to: Received dtype both by position and by name'],
  [[x, 'int8'], "Expected a boolean for nonBlocking of to but received string 'int8'"],
  [[x, { dtype: 'int8' }], 'to: Unknown option dtype; expected nonBlocking, copy, memoryFormat'],
  [[null], 'Expected a dtype, device, tensor or options for target but received null'],
  [[], 'Expected a dtype, device, tensor or options for target but received undefined'],
])('call %# is refused', (args, expected) => {
  expect(() => to(...args)).toThrow(expected);
});
