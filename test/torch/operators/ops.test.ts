import { tensorsAreEqual } from '../../../lib/testing';
import { type Tensor, torch } from '../../../lib/torch';

expect.addEqualityTesters([tensorsAreEqual]);

const x = torch.tensor([1, 2]);
const { aten } = torch.ops;

describe('overloads by their names', () => {
  test('the one that is named runs, and no other', () => {
    expect(aten?.add?.Tensor?.(x, x)).toEqual(x.mul(2));
    expect(aten?.add?.Scalar?.(x, 1)).toEqual(x.add(1));
    expect(() => aten?.add?.Tensor?.(x, 1)).toThrow(
      'add.Tensor: Expected Tensor for other but received number 1',
    );
    expect(aten?.relu?.default?.(x)).toEqual(x);
  });

  test('one that is not there is refused', () => {
    expect(() => aten?.add?.Tensors?.(x, x)).toThrow('libtorch has no operator aten::add.Tensors');
    expect(() => aten?.tanh_backward?.default?.(x, x)).toThrow(/is the derivative of another/);
  });

  test('an operator is a function like any other', () => {
    expect(typeof aten?.add).toBe('function');
    expect(Reflect.apply(aten?.add as never, undefined, [x, x])).toEqual(x.mul(2));
    expect(aten?.add).toBeInstanceOf(Function);
  });
});

describe('out', () => {
  test('results are written into it, which is returned itself', () => {
    const out = torch.zeros(2);
    const before = torch.memory().tensors;
    expect(aten?.add?.out?.(x, x, { out })).toBe(out);
    expect(torch.memory().tensors).toBe(before);
    expect(out.tolist()).toEqual([2, 4]);
  });

  test('several have the names of the results', () => {
    const [values, indices] = [torch.empty(0), torch.empty(0, { dtype: 'int64' })];
    const sorted = aten?.sort?.values?.(torch.tensor([3, 1]), { values, indices });
    expect(sorted).toHaveProperty('values', values);
    expect(sorted).toHaveProperty('indices', indices);
    expect(values.tolist()).toEqual([1, 3]);
    expect(indices.tolist()).toEqual([1n, 0n]);
  });

  test('it keeps its shape where there is no memory for the results', () => {
    const out = torch.ones(2);
    expect(() => aten?.zeros?.out?.([2 ** 44], { out })).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_MEMORY' }),
    );
    expect(out.tolist()).toEqual([1, 1]);
  });

  test('it is asked for, and must be a tensor', () => {
    expect(() => aten?.add?.out?.(x, x)).toThrow(
      'add.out: Expected Tensor for out but received undefined',
    );
    expect(() => aten?.add?.out?.(x, x, { out: 1 })).toThrow(
      'Expected Tensor for out but received number 1',
    );
  });

  test('inputs that are recorded are refused', () => {
    const w = torch.ones(2, { requiresGrad: true });
    expect(() => aten?.add?.out?.(w, w, { out: torch.zeros(2) })).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
    );
  });
});

test('every namespace of libtorch can be listed and called', () => {
  for (const namespace of ['aten', 'quantized', 'onednn', 'mkldnn', 'sparse', 'metatorch']) {
    expect(Object.keys(torch.ops[namespace] ?? {}).length).toBeGreaterThan(0);
  }
  expect(Object.keys(aten ?? {})).toContain('add');
  expect(Object.keys(torch.ops.nowhere ?? {})).toEqual([]);
  expect(() => torch.ops.nowhere?.add?.(x)).toThrow('libtorch has no operator nowhere::add');
  expect(() => torch.ops.quantized?.add?.(x, x, 0.5, 0)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_NOT_IMPLEMENTED', operator: 'quantized::add' }),
  );
});

describe('lists of scalars that may be missing', () => {
  const linear = (name: string, scalars: unknown): Tensor => {
    const rows = torch.arange(6).view(2, 3).float();
    const weight = torch.arange(12).view(4, 3).float().sub(5);
    return torch.ops.mkldnn?._linear_pointwise?.(
      rows,
      weight,
      torch.ones(4),
      name,
      scalars,
      '',
    ) as Tensor;
  };

  // The values of Python's torch 2.13.
  test.each<[string, unknown[], number[][]]>([
    [
      'none',
      [],
      [
        [-9, 0, 9, 18],
        [-45, -9, 27, 63],
      ],
    ],
    [
      'leaky_relu',
      [0.5],
      [
        [-4.5, 0, 9, 18],
        [-22.5, -4.5, 27, 63],
      ],
    ],
    [
      'leaky_relu',
      [2n],
      [
        [-18, 0, 9, 18],
        [-90, -18, 27, 63],
      ],
    ],
    [
      'hardtanh',
      [-1, 2.5],
      [
        [-1, 0, 2.5, 2.5],
        [-1, -1, 2.5, 2.5],
      ],
    ],
  ])('%s with %p', (name, scalars, expected) => {
    expect(linear(name, scalars).tolist()).toEqual(expected);
  });

  test.each([[null], [undefined]])('%p stands for a scalar that is missing', (missing) => {
    expect(() => linear('hardtanh', [missing, 2])).toThrow(
      'hardtanh is expected to have two scalar input',
    );
  });

  test('anything else is refused', () => {
    expect(() => linear('leaky_relu', ['x'])).toThrow(
      "Expected (Scalar | null) for scalars[0] but received string 'x'",
    );
    expect(() => linear('leaky_relu', 1)).toThrow(
      'Expected (Scalar | null)[] for scalars but received number 1',
    );
  });
});
