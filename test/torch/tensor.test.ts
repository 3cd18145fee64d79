import { Tensor, torch } from '../../lib/torch';

const x = torch.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('facts', () => {
  test('shape, strides, dtype, device and layout', () => {
    expect(x.shape).toEqual([2, 3]);
    expect(x.strides).toEqual([3, 1]);
    expect(x.mT.strides).toEqual([1, 3]);
    expect(x.ndim).toBe(2);
    expect(x.numel()).toBe(6);
    expect([x.dtype, x.device, x.layout]).toEqual(['float32', 'cpu', 'strided']);
  });

  test('iterates over the first dimension', () => {
    expect([...x].map((row) => row.tolist())).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(() => [...torch.tensor(1)]).toThrow('at least one dimension');
  });
});

describe('item', () => {
  test('numbers, integers, booleans and complex numbers', () => {
    expect(torch.tensor(2.5).item()).toBe(2.5);
    expect(torch.tensor(7n).item()).toBe(7);
    expect(torch.tensor(true).item()).toBe(true);
    expect(torch.complex(torch.tensor(1), torch.tensor(-2)).item()).toEqual({ re: 1, im: -2 });
  });

  test('refuses to lose precision', () => {
    const big = torch.tensor(2n ** 60n + 1n);
    expect(() => big.item()).toThrow(RangeError);
    expect(big.itemBigInt()).toBe(2n ** 60n + 1n);
    expect(() => torch.tensor(0.5).itemBigInt()).toThrow('Expected an integer tensor');
  });

  test('wants one element', () => {
    expect(() => x.item()).toThrow(/^item: .*6 elements/);
  });
});

describe('data', () => {
  test('writes into an array that it is given, at its place in its buffer', () => {
    const target = new Float32Array(8);
    const x = torch.tensor([
      [1, 2],
      [3, 4],
    ]);
    const part = target.subarray(2, 6);
    expect(x.mT.data(part)).toBe(part);
    expect([...target]).toEqual([0, 0, 1, 3, 2, 4, 0, 0]);
    expect(torch.tensor([true]).data(Buffer.alloc(1))[0]).toBe(1);
  });

  test.each([
    [new Float64Array(2), 'a Float64Array of 2'],
    [new Float32Array(3), 'a Float32Array of 3'],
    [[0, 0], 'array of length 2'],
    [new DataView(new ArrayBuffer(8)), 'DataView'],
  ])('refuses to write into another array: %#', (target, received) => {
    const run = () => torch.tensor([1, 2]).data(target as Float32Array);
    expect(run).toThrow(TypeError);
    expect(run).toThrow('Expected a Float32Array of 2 elements for target but received');
    expect(run).toThrow(received);
  });

  test('is a row-major copy', () => {
    const data = x.mT.data();
    expect(data).toEqual(new Float32Array([1, 4, 2, 5, 3, 6]));
    data[0] = 100;
    expect(x.select(0, 0).tolist()).toEqual([1, 2, 3]);
  });

  test.each([
    ['float64', Float64Array],
    ['int64', BigInt64Array],
    ['int32', Int32Array],
    ['int16', Int16Array],
    ['int8', Int8Array],
    ['uint8', Uint8Array],
    ['bool', Uint8Array],
    ['float16', Uint16Array],
    ['bfloat16', Uint16Array],
  ] as const)('%s has its own array type', (dtype, type) => {
    const data = x.to(dtype).data();
    expect(Object.prototype.toString.call(data)).toBe(`[object ${type.name}]`);
    expect(data).toHaveLength(6);
  });

  test('reads tensors that require gradients, empty ones and scalars', () => {
    expect(torch.tensor([3], { requiresGrad: true }).data()).toEqual(new Float32Array([3]));
    expect(torch.zeros([0, 4]).data()).toHaveLength(0);
    expect(torch.tensor(3).tolist()).toBe(3);
  });
});

test('the zeros that autograd makes without memory are read as zeros', () => {
  const x = torch.tensor([1, -2], { requiresGrad: true });
  const gradient = torch.grad(x.abs().sum(), x, { createGraph: true });
  expect([...torch.grad(gradient.sum(), x).data()]).toEqual([0, 0]);
});

test('tolist keeps the nesting and each dtype its values', () => {
  expect(torch.zeros([2, 0, 3]).tolist()).toEqual([[], []]);
  expect(torch.tensor([[1n], [-2n]]).tolist()).toEqual([[1n], [-2n]]);
  expect(torch.tensor([true, false]).tolist()).toEqual([true, false]);
  expect(torch.tensor([0.5, 2]).to('bfloat16').tolist()).toEqual([0.5, 2]);
  expect(torch.complex(torch.tensor([1, 2]), torch.tensor([3, 4])).tolist()).toEqual([
    { re: 1, im: 3 },
    { re: 2, im: 4 },
  ]);
});

describe('to', () => {
  test('takes a dtype, a device, a tensor or options', () => {
    expect(x.to('float64').dtype).toBe('float64');
    expect(x.to('cpu').device).toBe('cpu');
    expect(x.to('cpu', { dtype: 'int32' }).dtype).toBe('int32');
    expect(x.to(torch.tensor(1n)).dtype).toBe('int64');
    expect(x.to({ dtype: 'float16' }).dtype).toBe('float16');
  });

  test('takes a memory format', () => {
    const image = torch.zeros([2, 3, 4, 5]);
    expect(image.to({ dtype: 'float64', memoryFormat: 'channels_last' }).strides).toEqual([
      60, 1, 15, 3,
    ]);
  });

  test('names what it cannot take', () => {
    expect(() => x.to('float33')).toThrow("Expected a device such as 'cpu' or 'cuda:0'");
    expect(() => x.to(3 as never)).toThrow(TypeError);
  });
});

describe('dispose', () => {
  test('is idempotent, and use afterwards is an error that names the operator', () => {
    const y = x.add(1);
    expect(y.isDisposed).toBe(false);
    y.dispose();
    y.dispose();
    expect(y.isDisposed).toBe(true);
    expect(() => y.add(1)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_DISPOSED', operator: 'add' }),
    );
    expect(() => x.add(y)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }));
    expect(() => y.shape).toThrow(expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }));
    expect(String(y)).toBe('tensor(disposed)');
  });

  test('works with Symbol.dispose', () => {
    const y = x.add(1);
    y[Symbol.dispose]();
    expect(y.isDisposed).toBe(true);
  });

  test('never takes the handle of another tensor', () => {
    const first = x.add(1);
    first.dispose();
    const second = x.add(2);
    first.dispose();
    expect(second.data()[0]).toBe(3);
  });
});

test('operators return tensors of this class', () => {
  expect(x.add(x)).toBeInstanceOf(Tensor);
});

test.each([[[2 ** 31, 4, 5, 0]], [[2, 2 ** 53 - 1, 2, 0]], [[2 ** 20, 2 ** 20, 0]]])(
  'tolist of %s, of arrays without end and no elements, is refused',
  (shape) => {
    expect(() => torch.empty(shape).tolist()).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }),
    );
  },
);
