import { inspect } from 'node:util';
import { camelCase } from '../../../lib/camel-case';
import { type Dtype, isTensor, type Tensor, torch } from '../../../lib/torch';
import { formatTensor } from '../../../lib/torch/printing/inspect';
import { readFixture } from '../../helpers/fixture';

type Source = { dtype: Dtype; shape: number[]; data: string } | { range: number };
type Case = Source & { name: string; methods: [string, ...unknown[]][]; text: string };

const { cases } = readFixture<{ cases: Case[] }>('printed-tensors');

function build(source: Case): Tensor {
  const start = 'range' in source ? torch.arange(source.range) : fromBytes(source);
  return source.methods.reduce((tensor, [name, ...args]) => {
    const result: unknown = Reflect.apply(Reflect.get(tensor, camelCase(name)), tensor, args);
    if (isTensor(result)) return result;
    throw new Error(`${name} returned no tensor`);
  }, start);
}

function fromBytes({
  dtype,
  shape,
  data,
}: {
  dtype: Dtype;
  shape: number[];
  data: string;
}): Tensor {
  const bytes = torch.tensor(new Uint8Array(Buffer.from(data, 'base64')));
  if (bytes.shape[0] === 0) return torch.zeros(shape, { dtype });
  const typed: unknown = torch.ops.aten?.view?.(bytes, dtype);
  if (isTensor(typed)) return typed.reshape(shape);
  throw new Error('view returned no tensor');
}

test.each(cases.map((source): [string, Case] => [source.name, source]))(
  'prints as PyTorch does: %s',
  (_, source) => {
    torch.scope(() => {
      expect(inspect(build(source))).toBe(source.text);
    });
  },
);

test('covers much', () => {
  expect(cases.length).toBeGreaterThan(140);
});

test('is what inspect, String and templates give, also inside of objects', () => {
  const x = torch.tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(String(x)).toBe(formatTensor(x));
  expect(`${x}`).toBe('tensor([[1., 2.],\n        [3., 4.]])');
  expect(inspect({ x })).toContain('tensor([[1., 2.],\n');
});

test('prints a disposed tensor', () => {
  const x = torch.tensor([1]);
  x.dispose();
  expect(inspect(x)).toBe('tensor(disposed)');
});

test('keeps no tensor, and records nothing', () => {
  const x = torch.zeros([2000, 2]).requiresGrad_();
  const before = torch.memory();
  const text = torch.enableGrad(() => inspect(x));
  expect(text).toContain('requires_grad=True');
  expect(torch.memory()).toEqual(before);
  expect(x.isLeaf).toBe(true);
});

test('reads the edges alone of a large tensor', () => {
  // Three terabytes of elements, were they copied.
  const x = torch.zeros([1]).expand([900_000, 900_000]);
  expect(inspect(x)).toContain('[0., 0., 0.,  ..., 0., 0., 0.]');
});

test('prints views that negate', () => {
  const x = torch.tensor(new Float32Array([1, 2]), { dtype: 'complex64', shape: [1] });
  expect(inspect(x.conj().imag)).toBe('tensor([-2.])');
});

test('prints tensors without data', () => {
  const meta = torch.empty([2, 3], { device: 'meta', dtype: 'float64' });
  expect(inspect(meta)).toBe("tensor(..., device='meta', size=(2, 3), dtype=torch.float64)");
});

test('prints in every mode', () => {
  const x = torch.tensor([0.5]);
  const expected = 'tensor([0.5000])';
  expect(torch.inferenceMode(() => inspect(x.clone()))).toBe(expected);
  expect(torch.noGrad(() => inspect(x))).toBe(expected);
});

test('prints sparse tensors with elements of one place added up', () => {
  const indices = torch.tensor([[1n, 1n]]);
  const x = torch.sparseCooTensor(indices, torch.tensor([1, 2]), [3]);
  expect(inspect(x)).toBe(
    'tensor(indices=tensor([[1]]),\n       values=tensor([3.]),\n       size=(3,), nnz=1, layout=torch.sparse_coo)',
  );
});

describe('dtypes that hold little', () => {
  test.each(['float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz'] as const)(
    '%s is printed and read',
    (dtype) => {
      const x = torch.tensor([[1, -2, 0.5]], { dtype });
      expect(String(x)).toBe(`tensor([[ 1.0000, -2.0000,  0.5000]], dtype=torch.${dtype})`);
      expect(x.tolist()).toEqual([[1, -2, 0.5]]);
      expect(x.select(0, 0).select(0, 1).item()).toBe(-2);
      expect(x.data()).toHaveLength(3);
    },
  );

  test('float8_e8m0fnu, of powers of two', () => {
    const x = torch.tensor([0.25, 8], { dtype: 'float8_e8m0fnu' });
    expect(String(x)).toBe('tensor([0.2500, 8.0000], dtype=torch.float8_e8m0fnu)');
    expect([...x.data()]).toEqual([125, 130]);
  });

  test('complex32 is printed and read', () => {
    const z = torch.complex(torch.tensor([1, 2]), torch.tensor([-3, 0.5])).to('complex32');
    expect(String(z)).toBe('tensor([1.-3.0000j, 2.+0.5000j], dtype=torch.complex32)');
    expect(z.tolist()).toEqual([
      { re: 1, im: -3 },
      { re: 2, im: 0.5 },
    ]);
    expect(z.select(0, 0).item()).toEqual({ re: 1, im: -3 });
    // 1, -3, 2 and 0.5 as float16.
    expect([...z.data()]).toEqual([0x3c00, 0xc200, 0x4000, 0x3800]);
  });
});
