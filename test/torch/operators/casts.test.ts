import { torch } from '../../../lib/torch';

const x = torch.tensor([[1.5, -2.5]]);

test("PyTorch's short names convert", () => {
  const dtypes = [x.double(), x.half(), x.bfloat16(), x.long(), x.int(), x.short(), x.char()];
  expect(dtypes.map(({ dtype }) => dtype)).toEqual([
    ...['float64', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8'],
  ]);
  expect(x.long().tolist()).toEqual([[1n, -2n]]);
  expect(x.bool().tolist()).toEqual([[true, true]]);
  expect(x.cfloat().dtype).toBe('complex64');
  expect(x.cdouble().float().tolist()).toEqual([[1.5, -2.5]]);
  expect(x.abs().byte().dtype).toBe('uint8');
});

test('devices, and what is not there is refused', () => {
  expect(x.cpu().device).toBe('cpu');
  expect(() => x.cuda(63)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_DEVICE' }));
  expect(() => x.cuda(-1)).toThrow('the number of a device for index but received number -1');
  expect(() => Reflect.apply(x.float, x, ['float64'])).toThrow('Expected no more arguments');
});

test('facts', () => {
  expect([x.elementSize(), x.itemsize, x.nbytes, x.nelement(), x.ndimension()]).toEqual([
    4, 4, 8, 2, 2,
  ]);
  expect([x.isCpu, x.isCuda, x.isMeta, x.isSparse, x.isQuantized]).toEqual([
    ...[true, false, false, false, false],
  ]);
  expect(x.toSparse().isSparse).toBe(true);
  expect(x.toSparseCsr().isSparseCsr).toBe(true);
  expect(torch.empty(2, { device: 'meta' }).isMeta).toBe(true);
});

test('a gradient that is kept shows', () => {
  const w = torch.ones(2, { requiresGrad: true });
  const y = w.mul(2);
  expect([w.retainsGrad, y.retainsGrad]).toEqual([false, false]);
  expect(y.retainGrad().retainsGrad).toBe(true);
});
