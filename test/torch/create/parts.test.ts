import { torch } from '../../../lib/torch';

describe('tensors of tensors and of typed arrays', () => {
  test('are stacked', () => {
    const parts = [torch.tensor(1), torch.tensor(2)];
    expect(torch.tensor(parts).tolist()).toEqual([1, 2]);
    expect(torch.tensor([[torch.ones(2)], [torch.zeros(2)]]).shape).toEqual([2, 1, 2]);
    const rows = [new Int32Array([1, 2]), new Int32Array([3, 4])];
    const made = torch.tensor(rows);
    expect(made.dtype).toBe('int32');
    expect(made.tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(torch.tensor(rows, { dtype: 'float64' }).dtype).toBe('float64');
  });

  test('are copies without history', () => {
    const x = torch.ones(2, { requiresGrad: true });
    const copy = torch.tensor(x.mul(2));
    expect(copy.requiresGrad).toBe(false);
    const y = torch.zeros(2);
    torch.tensor(y).add_(1);
    torch.tensor(y, { dtype: 'float32' }).add_(1);
    expect(y.tolist()).toEqual([0, 0]);
    expect(torch.tensor([x, x], { requiresGrad: true }).isLeaf).toBe(true);
  });

  test('leave nothing else', () => {
    const x = torch.ones(2);
    const before = torch.memory().tensors;
    for (const made of [
      torch.tensor(x),
      torch.tensor([x, x]),
      torch.tensor(x, { dtype: 'int8' }),
    ]) {
      made.dispose();
    }
    expect(torch.memory().tensors).toBe(before);
  });

  test('are refused where they do not fit together', () => {
    expect(() => torch.tensor([torch.ones(2), torch.ones(3)])).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_SHAPE' }),
    );
    expect(() => torch.tensor([torch.ones(1), 2] as never)).toThrow(
      'a tensor, a typed array or an array of them for data[1] but received number 2',
    );
    expect(() => torch.tensor(torch.ones(2), { shape: [2, 1] })).toThrow('a typed array for data');
  });
});

describe('asTensor', () => {
  test('gives a tensor that fits itself, with its history', () => {
    const x = torch.ones(2, { requiresGrad: true });
    expect(torch.asTensor(x)).toBe(x);
    expect(torch.asTensor(x, { dtype: 'float32', device: 'cpu' })).toBe(x);
    const half = torch.asTensor(x, { dtype: 'float16' });
    expect([half.dtype, half.requiresGrad]).toEqual(['float16', true]);
  });

  test('makes one of anything else', () => {
    expect(torch.asTensor([1n]).dtype).toBe('int64');
    expect(torch.asTensor(new Uint8Array(2)).shape).toEqual([2]);
    expect(() => torch.asTensor([1], { shape: [1] } as never)).toThrow('Unknown option shape');
  });
});

test('newTensor takes dtype and device from its tensor', () => {
  const x = torch.ones(1, { dtype: 'float64' });
  expect(x.newTensor([[1, 2]]).dtype).toBe('float64');
  expect(x.newTensor([1], { dtype: 'int8' }).dtype).toBe('int8');
});
