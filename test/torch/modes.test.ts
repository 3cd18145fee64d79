import { type Dtype, torch } from '../../lib/torch';

const a = torch.ones([2, 2]);
const mine = (): never => {
  throw new Error('mine');
};

describe('autocast', () => {
  test('products compute in the dtype, sums and parameters stay', () => {
    const w = torch.ones([2, 2]).requiresGrad_();
    const { product, sum } = torch.autocast('cpu', 'bfloat16', () => {
      const made = a.matmul(w);
      return { product: made, sum: a.add(w) };
    });
    expect([product.dtype, sum.dtype, w.dtype]).toEqual(['bfloat16', 'float32', 'float32']);
    expect(torch.grad(product.to('float32').sum(), w).dtype).toBe('float32');
    expect(a.matmul(a).dtype).toBe('float32');
  });

  test('nests, can be switched off inside, and is restored', () => {
    const seen: string[] = [];
    const note = (): number => seen.push(a.matmul(a).dtype);
    torch.autocast('cpu', 'bfloat16', () => {
      torch.autocast('cpu', 'float16', note);
      note();
      torch.autocast('cpu', 'bfloat16', note, { enabled: false });
      note();
    });
    note();
    expect(seen).toEqual(['float16', 'bfloat16', 'float32', 'bfloat16', 'float32']);
  });

  test('is restored after an error', () => {
    expect(() => torch.autocast('cpu', 'bfloat16', mine)).toThrow('mine');
    expect(() => torch.autocast('cpu', 'bfloat16', async () => 1)).toThrow('returned a promise');
    expect(torch.isAutocastEnabled('cpu')).toBe(false);
    expect(torch.autocast('cpu', 'bfloat16', () => torch.isAutocastEnabled('cpu'))).toBe(true);
  });

  test('sees what weights have become since the last region', () => {
    const w = torch.ones([2, 2]).requiresGrad_();
    const product = () => torch.autocast('cpu', 'bfloat16', () => a.matmul(w));
    expect(product().select(0, 0).tolist()).toEqual([2, 2]);
    torch.noGrad(() => w.add_(1));
    expect(product().select(0, 0).tolist()).toEqual([4, 4]);
  });

  test('refuses unknown options', () => {
    const off = { enable: false } as never;
    expect(() => torch.autocast('cpu', 'bfloat16', mine, off)).toThrow(
      'autocast: Unknown option enable; expected enabled',
    );
  });

  test('refuses other dtypes and devices', () => {
    expect(() => torch.autocast('cpu', 'float64' as Dtype, () => a)).toThrow(
      `Expected 'bfloat16' or 'float16' for dtype but received string 'float64'`,
    );
    expect(() => torch.autocast('tpu9', 'bfloat16', () => a)).toThrow(TypeError);
    expect(torch.isAutocastEnabled('cpu')).toBe(false);
  });
});

describe('deterministic algorithms', () => {
  test('fill memory that would be left as it was', () => {
    const filled = torch.deterministic(() => {
      expect(torch.areDeterministicAlgorithmsEnabled()).toBe(true);
      return torch.empty([3]);
    });
    expect(filled.isnan().all().item()).toBe(true);
    expect(torch.areDeterministicAlgorithmsEnabled()).toBe(false);
  });

  test('are restored after an error, and set for good without a function', () => {
    expect(() => torch.useDeterministicAlgorithms(true, mine)).toThrow('mine');
    expect(torch.areDeterministicAlgorithmsEnabled()).toBe(false);
    torch.useDeterministicAlgorithms(true);
    expect(torch.areDeterministicAlgorithmsEnabled()).toBe(true);
    torch.useDeterministicAlgorithms(false, () =>
      expect(torch.areDeterministicAlgorithmsEnabled()).toBe(false),
    );
    expect(torch.areDeterministicAlgorithmsEnabled()).toBe(true);
    torch.useDeterministicAlgorithms(false);
    expect(() => torch.deterministic(async () => 1)).toThrow('returned a promise');
    expect(torch.areDeterministicAlgorithmsEnabled()).toBe(false);
    expect(() => torch.useDeterministicAlgorithms(1 as unknown as boolean)).toThrow(TypeError);
  });
});

describe('precision of float32 products', () => {
  test('is set, read and restored', () => {
    expect(torch.getFloat32MatmulPrecision()).toBe('highest');
    expect(torch.setFloat32MatmulPrecision('medium', torch.getFloat32MatmulPrecision)).toBe(
      'medium',
    );
    expect(() => torch.setFloat32MatmulPrecision('high', mine)).toThrow('mine');
    expect(torch.getFloat32MatmulPrecision()).toBe('highest');
    torch.setFloat32MatmulPrecision('high');
    expect(torch.setFloat32MatmulPrecision('medium', () => 1)).toBe(1);
    expect(() => torch.setFloat32MatmulPrecision('medium', async () => 1)).toThrow('a promise');
    expect(torch.getFloat32MatmulPrecision()).toBe('high');
    torch.setFloat32MatmulPrecision('highest');
  });

  test('refuses other names', () => {
    expect(() => torch.setFloat32MatmulPrecision('low' as 'high')).toThrow(
      `Expected 'highest', 'high' or 'medium' for precision`,
    );
  });
});

test('what is no function is refused, and changes nothing', () => {
  const junk = 3 as unknown as () => void;
  const calls: readonly (readonly [string, () => unknown])[] = [
    ['autocast', () => torch.autocast('cpu', 'bfloat16', junk)],
    ['useDeterministicAlgorithms', () => torch.useDeterministicAlgorithms(true, junk)],
    ['deterministic', () => torch.deterministic(junk)],
    ['setFloat32MatmulPrecision', () => torch.setFloat32MatmulPrecision('medium', junk)],
    ['scope', () => torch.scope(junk)],
  ];
  for (const [name, call] of calls) {
    const message = `Expected a function for fn of ${name} but received number 3`;
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT', message }));
  }
  expect(torch.isAutocastEnabled('cpu')).toBe(false);
  expect(torch.areDeterministicAlgorithmsEnabled()).toBe(false);
  expect(torch.getFloat32MatmulPrecision()).toBe('highest');
});
