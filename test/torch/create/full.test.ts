import { torch } from '../../../lib/torch/index';

test('the dtype follows the type of the value, not whether it is whole', () => {
  expect(torch.full([2], 1).dtype).toBe('float32');
  expect(torch.full([2], 0.5).dtype).toBe('float32');
  expect(torch.full([2], 1n).dtype).toBe('int64');
  expect(torch.full([2], true).dtype).toBe('bool');
  expect(torch.full([2], { re: 1, im: 2 }).dtype).toBe('complex64');
});

test('shape, value and options', () => {
  const x = torch.full([2, 1], 3, { dtype: 'int16' });
  expect([x.dtype, x.shape, x.tolist()]).toEqual(['int16', [2, 1], [[3], [3]]]);
  expect(torch.full([], 2n ** 60n + 1n).tolist()).toBe(2n ** 60n + 1n);
  expect(() => torch.full([2], 1, { dtyp: 'int8' } as object)).toThrow('Unknown option dtyp');
});
