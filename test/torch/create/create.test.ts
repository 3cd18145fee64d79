import vm from 'node:vm';
import fc from 'fast-check';
import { type Tensor, torch } from '../../../lib/torch/index';

test('numbers make float32, bigints int64, booleans bool', () => {
  expect(torch.tensor([1, 2]).dtype).toBe('float32');
  expect(torch.tensor([1n]).dtype).toBe('int64');
  expect(torch.tensor([true]).dtype).toBe('bool');
  expect(torch.tensor([]).shape).toEqual([0]);
  expect(torch.tensor(4).shape).toEqual([]);
});

test('a dtype converts without losing what it can hold', () => {
  expect(torch.tensor([2 ** 40 + 1], { dtype: 'int64' }).tolist()).toEqual([2n ** 40n + 1n]);
  expect(torch.tensor([0.1], { dtype: 'float64' }).item()).toBe(0.1);
});

test('typed arrays keep their dtype and take a shape', () => {
  expect(torch.tensor(new Int32Array([1, 2, 3, 4]), { shape: [2, 2] }).tolist()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(torch.tensor(new Float32Array([1, 2]), { dtype: 'int64' }).tolist()).toEqual([1n, 2n]);
  const raw = torch.tensor([1.5, -2]).to('bfloat16').data();
  expect(torch.tensor(raw, { dtype: 'bfloat16' }).tolist()).toEqual([1.5, -2]);
  expect(
    torch.tensor(new Float32Array([1, 2]), { dtype: 'complex64', shape: [1] }).tolist(),
  ).toEqual([{ re: 1, im: 2 }]);
});

test('typed arrays are copied, from where their view starts', () => {
  const source = new Float32Array([9, 1, 2]).subarray(1);
  const made = torch.tensor(source);
  source[0] = 100;
  expect(made.tolist()).toEqual([1, 2]);
});

test('a typed array is what its memory holds, whatever tag it bears', () => {
  const bearing = <T extends object>(data: T, value: string): T =>
    Object.defineProperty(data, Symbol.toStringTag, { value });
  const x = torch.tensor(bearing(new Float32Array([1.5, 2]), 'Int32Array'));
  expect(x.dtype).toBe('float32');
  expect(x.tolist()).toEqual([1.5, 2]);
  const view = bearing(new DataView(new ArrayBuffer(8)), 'Float32Array');
  expect(() => torch.tensor(view as never)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }),
  );
});

test('typed arrays of another realm are recognised', () => {
  const foreign = vm.runInNewContext('new Float64Array([1, 2])') as Float64Array;
  expect(torch.tensor(foreign).dtype).toBe('float64');
});

test('wrong data is refused', () => {
  expect(() => torch.tensor([[1], [2, 3]])).toThrow('data is ragged');
  expect(() => torch.tensor([1, [2]] as never)).toThrow(TypeError);
  expect(() => torch.tensor([1, 2n] as never)).toThrow('Expected a number');
  expect(() => torch.tensor(['a'] as never)).toThrow(TypeError);
  expect(() => torch.tensor(new Float32Array(3), { shape: [2, 2] })).toThrow(
    'Expected 4 elements for shape [2, 2] but received 3',
  );
  expect(() => torch.tensor([1], { device: 'mars' })).toThrow('Expected a device');
  expect(() => torch.tensor([1], { foo: 1 } as never)).toThrow('Unknown option foo');
});

test('data goes in and comes out unchanged', () => {
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 200 }), (values) => {
      const made = torch.tensor(values);
      expect(made.data()).toEqual(values);
      made.dispose();
    }),
  );
});

describe('integers and complex numbers', () => {
  test('complex numbers, also among real ones', () => {
    const x = torch.tensor([[{ re: 1, im: 2 }, 3]]);
    expect([x.dtype, x.shape]).toEqual(['complex64', [1, 2]]);
    expect(x.tolist()).toEqual([
      [
        { re: 1, im: 2 },
        { re: 3, im: 0 },
      ],
    ]);
    const wide = torch.tensor({ re: 0.1, im: -0.2 }, { dtype: 'complex128' });
    expect(wide.item()).toEqual({ re: 0.1, im: -0.2 });
    expect([...wide.data()]).toEqual([0.1, -0.2]);
  });

  test('uint64 takes and gives all of its values', () => {
    const greatest = 2n ** 64n - 1n;
    expect(torch.tensor([greatest], { dtype: 'uint64' }).tolist()).toEqual([greatest]);
  });

  test.each([
    [2n ** 63n, undefined, 'as int64 holds'],
    [-1n, 'uint64', '0 to 18446744073709551615'],
    [256, 'uint8', '0 to 255'],
    [-129, 'int8', '-128 to 127'],
    [Number.NaN, 'int32', 'as int32 holds'],
    [Number.POSITIVE_INFINITY, 'int64', 'as int64 holds'],
  ] as const)('%p as %p is refused', (value, dtype, message) => {
    const options = dtype === undefined ? {} : { dtype };
    expect(() => torch.tensor([value] as number[], options)).toThrow(RangeError);
    expect(() => torch.tensor([value] as number[], options)).toThrow(message);
  });
});

describe('requiresGrad of factories', () => {
  const x = torch.ones([2]);

  test.each<[string, () => Tensor]>([
    ['ones', () => torch.ones([2], { requiresGrad: true })],
    ['randn', () => torch.randn([2], { generator: torch.generator(1), requiresGrad: true })],
    ['full', () => torch.full([2], 0.5, { requiresGrad: true })],
    ['arange', () => torch.arange(3, { dtype: 'float64', requiresGrad: true })],
    ['zerosLike', () => x.zerosLike({ requiresGrad: true })],
    ['newZeros', () => x.newZeros([2], { requiresGrad: true })],
  ])('%s', (_, make) => {
    const made = make();
    expect(made.requiresGrad).toBe(true);
    expect(made.isLeaf).toBe(true);
    const [gradient] = torch.grad(made.mul(2).sum(), [made]);
    expect(gradient?.sum().item()).toBe(2 * made.numel());
  });

  test('is false unless asked for', () => {
    expect(torch.ones([2], { requiresGrad: false }).requiresGrad).toBe(false);
    expect(torch.ones([2], { dtype: 'int64', requiresGrad: false }).dtype).toBe('int64');
  });

  test('says what does not fit', () => {
    expect(() => torch.ones([2], { requiresGrad: 1 as never })).toThrow(
      'Expected boolean for requiresGrad but received number 1',
    );
    expect(() => torch.ones([2], { requireGrad: true } as never)).toThrow(
      'Unknown option requireGrad; expected dtype, layout, device, pinMemory, requiresGrad',
    );
    const unknown = { requiresGrad: true } as never;
    expect(() => torch.cat([x], unknown)).toThrow('Unknown option requiresGrad');
    expect(() => torch.ones([2], { dtype: 'int64', requiresGrad: true })).toThrow(/floating point/);
  });
});
