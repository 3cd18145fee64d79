import vm from 'node:vm';
import fc from 'fast-check';
import { type Dtype, type TensorData, torch } from '../../../lib/torch/index';
import { collectUntil } from '../../helpers/garbage';

const detach = (buffer: ArrayBuffer): ArrayBuffer =>
  structuredClone(buffer, { transfer: [buffer] });

describe('what is written on either side is seen on the other', () => {
  test('with a shape, from where the view starts', () => {
    const array = new Float32Array([9, 1, 2, 3, 4]).subarray(1);
    const x = torch.tensor(array, { shape: [2, 2], share: true });
    array[3] = 40;
    expect(x.tolist()).toEqual([
      [1, 2],
      [3, 40],
    ]);
    x.mul_(10);
    expect([...array]).toEqual([10, 20, 30, 400]);
    x.select(0, 1).zero_();
    expect([...array]).toEqual([10, 20, 0, 0]);
    x.dispose();
  });

  test.each<[Dtype, TensorData]>([
    ['float64', new Float64Array(4)],
    ['int64', new BigInt64Array(4)],
    ['uint64', new BigUint64Array(4)],
    ['int32', new Int32Array(4)],
    ['int8', new Int8Array(4)],
    ['uint8', Buffer.alloc(4)],
    ['float16', new Uint16Array(4)],
    ['bfloat16', new Uint16Array(4)],
    ['complex64', new Float32Array(4)],
    ['complex128', new Float64Array(4)],
  ])('%s', (dtype, array) => {
    const count = dtype.startsWith('complex') ? 2 : 4;
    const x = torch.tensor(array, { dtype, shape: [count], share: true });
    expect(x.dtype).toBe(dtype);
    const same = torch.tensor(array, { dtype, shape: [count] }).fill_(3);
    x.fill_(3);
    expect([...array]).toEqual([...same.data()]);
    expect(x.equal(same)).toBe(true);
  });

  test('SharedArrayBuffers', () => {
    const array = new Int32Array(new SharedArrayBuffer(8));
    const x = torch.tensor(array, { share: true });
    Atomics.store(array, 1, 7);
    expect(x.tolist()).toEqual([0, 7]);
    x.add_(1);
    expect([...array]).toEqual([1, 8]);
  });

  test('without elements', () => {
    const x = torch.tensor(new Float32Array(0), { shape: [0, 3], share: true });
    expect(x.shape).toEqual([0, 3]);
    expect(x.sum().item()).toBe(0);
  });

  test('whatever the elements are', () => {
    fc.assert(
      fc.property(fc.float64Array({ maxLength: 100 }), fc.nat(5), (values, offset) => {
        const array = new Float64Array(values.length + offset).subarray(offset);
        array.set(values);
        const x = torch.tensor(array, { share: true });
        expect(x.data()).toEqual(values);
        x.neg_();
        expect(array).toEqual(values.map((value) => -value));
        x.dispose();
      }),
    );
  });
});

test('gradients flow to a shared leaf', () => {
  const array = new Float32Array([1, 2]);
  const x = torch.tensor(array, { share: true, requiresGrad: true });
  const y = x.pow(2).sum();
  y.backward();
  expect(x.grad?.tolist()).toEqual([2, 4]);
  torch.noGrad(() => x.sub_(1));
  expect([...array]).toEqual([0, 1]);
});

test('the tensor cannot be made larger than the array, and stays what it was', () => {
  const x = torch.tensor(new Float32Array(2), { share: true });
  expect(() => x.resize_([100])).toThrow('not resizable');
  expect(() => torch.ops.aten?.resize_as_?.(x, torch.ones([3]))).toThrow('not resizable');
  expect(x.tolist()).toEqual([0, 0]);
});

describe('the memory lives', () => {
  const borrow = (): { ref: WeakRef<ArrayBuffer>; x: ReturnType<typeof torch.tensor> } => {
    const array = new Float32Array(4096).fill(2);
    return { ref: new WeakRef(array.buffer), x: torch.tensor(array, { share: true }) };
  };

  test('as long as the tensor or a view does, and no longer', async () => {
    const { ref, x } = borrow();
    const view = x.narrow(0, 10, 2);
    x.dispose();
    expect(await collectUntil(() => ref.deref() === undefined, 5)).toBe(false);
    expect(view.tolist()).toEqual([2, 2]);
    view.dispose();
    expect(await collectUntil(() => ref.deref() === undefined)).toBe(true);
  });

  test('as long as a graph needs it, and no longer', async () => {
    const { ref, x } = borrow();
    const w = torch.tensor([3], { requiresGrad: true });
    const y = w.mul(x).sum();
    x.dispose();
    expect(await collectUntil(() => ref.deref() === undefined, 5)).toBe(false);
    expect(torch.grad(y, w).item()).toBe(2 * 4096);
    y.dispose();
    expect(await collectUntil(() => ref.deref() === undefined)).toBe(true);
  });
});

describe('once the buffer is detached', () => {
  const refused = expect.objectContaining({
    code: 'ERR_TORCH_DISPOSED',
    message: expect.stringContaining('has been detached'),
  });

  test('its tensors are refused, and no others', () => {
    const array = new Float32Array([1, 2]);
    const x = torch.tensor(array, { share: true });
    const other = torch.tensor(new Float32Array([3, 4]), { share: true });
    const view = x.narrow(0, 0, 1);
    const sparse = torch.sparseCooTensor(torch.tensor([[0n, 1n]]), x, [2]);
    const moved = detach(array.buffer);
    const uses = [
      () => x.add(1),
      () => x.mul_(2),
      () => other.add(x),
      () => torch.cat([other, x]),
      () => view.item(),
      () => x.data(),
      () => sparse.mul(2),
      () => torch.vmap((row: typeof x) => row.add(1))(x),
    ];
    for (const use of uses) expect(use).toThrow(refused);
    expect(other.add(1).tolist()).toEqual([4, 5]);
    expect([...new Float32Array(moved)]).toEqual([1, 2]);
    for (const tensor of [x, view, sparse]) tensor.dispose();
    expect(other.sum().item()).toBe(7);
  });

  test('so is a graph that may use it', () => {
    const array = new Float32Array([1, 2]);
    const x = torch.tensor(array, { share: true });
    const w = torch.tensor([3], { requiresGrad: true });
    const y = torch.scope(() => w.mul(x).sum());
    detach(array.buffer);
    expect(() => torch.grad(y, w)).toThrow(refused);
    expect(() => y.backward()).toThrow(refused);
    for (const tensor of [x, y]) tensor.dispose();
    const z = w.mul(2).sum();
    expect(torch.grad(z, w).item()).toBe(2);
  });

  test('by WebAssembly, too', () => {
    const memory = vm.runInThisContext('new WebAssembly.Memory({ initial: 1 })') as {
      buffer: ArrayBuffer;
      grow(pages: number): number;
    };
    const x = torch.tensor(new Int32Array(memory.buffer, 0, 2), { share: true });
    expect(x.tolist()).toEqual([0, 0]);
    memory.grow(1);
    expect(() => x.tolist()).toThrow(refused);
    x.dispose();
  });
});

describe('refuses', () => {
  const four = new Float32Array(4);
  const resizable = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]) as ArrayBuffer;
  const growable = Reflect.construct(SharedArrayBuffer, [8, { maxByteLength: 16 }]) as ArrayBuffer;
  const gone = new Float32Array(2);
  detach(gone.buffer);

  test.each<[string, () => unknown, string, string]>([
    ['nested arrays', () => torch.tensor([1], { share: true }), 'ARGUMENT', 'a typed array'],
    ['a scalar', () => torch.tensor(1, { share: true }), 'ARGUMENT', 'a typed array'],
    [
      'a conversion',
      () => torch.tensor(four, { share: true, dtype: 'float64' }),
      'DTYPE',
      'Expected dtype float32',
    ],
    ['bool', () => torch.tensor(Buffer.of(1), { share: true, dtype: 'bool' }), 'DTYPE', 'bool'],
    [
      'another device',
      () => torch.tensor(four, { share: true, device: 'meta' }),
      'DEVICE',
      "Expected device 'cpu'",
    ],
    [
      'a shape that is larger',
      () => torch.tensor(four, { share: true, shape: [5] }),
      'ARGUMENT',
      '5',
    ],
    [
      'sizes below zero',
      () => torch.tensor(four, { share: true, shape: [-2, -2] }),
      'ARGUMENT',
      'not negative',
    ],
    [
      'complex numbers that are not aligned',
      () => torch.tensor(four.subarray(1, 3), { share: true, dtype: 'complex64', shape: [1] }),
      'ARGUMENT',
      'a multiple of 8 bytes',
    ],
    ['detached memory', () => torch.tensor(gone, { share: true }), 'ARGUMENT', 'not been detached'],
    ['detached memory without it', () => torch.tensor(gone), 'ARGUMENT', 'not been detached'],
    [
      'resizable memory',
      () => torch.tensor(new Uint8Array(resizable), { share: true }),
      'ARGUMENT',
      'fixed length',
    ],
    [
      'growable memory',
      () => torch.tensor(new Uint8Array(growable), { share: true }),
      'ARGUMENT',
      'fixed length',
    ],
    ['other flags', () => torch.tensor(four, { share: Object(1) }), 'ARGUMENT', 'a boolean'],
  ])('%s', (_, action, code, message) => {
    const error = { code: `ERR_TORCH_${code}`, message: expect.stringContaining(message) };
    expect(action).toThrow(expect.objectContaining(error));
  });
});
