import { DTYPES, torch } from '../../lib/torch';

// From torch.finfo and torch.iinfo of Python.
test.each([
  ['float64', 64, 2.220446049250313e-16, 1.7976931348623157e308, 2.2250738585072014e-308, 1e-15],
  ['float32', 32, 1.1920928955078125e-7, 3.4028234663852886e38, 1.1754943508222875e-38, 1e-6],
  ['float16', 16, 0.0009765625, 65504, 6.103515625e-5, 0.001],
  ['bfloat16', 16, 0.0078125, 3.3895313892515355e38, 1.1754943508222875e-38, 0.01],
  ['float8_e4m3fn', 8, 0.125, 448, 0.015625, 1],
  ['float8_e5m2', 8, 0.25, 57344, 6.103515625e-5, 1],
] as const)('finfo of %s', (dtype, bits, eps, max, tiny, resolution) => {
  expect(torch.finfo(dtype)).toEqual({
    ...{ dtype, bits, eps, max, min: -max, tiny, smallestNormal: tiny, resolution },
  });
});

test('eps is the least that can be added to 1', () => {
  for (const dtype of ['float32', 'float16', 'bfloat16'] as const) {
    const one = torch.ones([], { dtype });
    expect(one.add(torch.finfo(dtype).eps).item()).toBeGreaterThan(1);
    expect(one.add(torch.finfo(dtype).eps / 2).item()).toBe(1);
  }
});

test('iinfo is exact', () => {
  expect(torch.iinfo('int64')).toEqual({
    dtype: 'int64',
    bits: 64,
    min: -(2n ** 63n),
    max: 2n ** 63n - 1n,
  });
  expect(torch.iinfo('uint8')).toEqual({ dtype: 'uint8', bits: 8, min: 0n, max: 255n });
});

test('a complex dtype has the limits of its parts, and every dtype is one or the other', () => {
  expect(torch.finfo('complex64').dtype).toBe('float32');
  expect(() => torch.finfo('int8')).toThrow('a floating dtype');
  expect(() => torch.iinfo('float32')).toThrow('an integer dtype');
  expect(() => torch.finfo('float' as never)).toThrow('a dtype such as');
  for (const dtype of DTYPES.filter((one) => one !== 'bool')) {
    expect((/^u?int/.test(dtype) ? torch.iinfo(dtype) : torch.finfo(dtype)).bits).toBeGreaterThan(
      0,
    );
  }
});
