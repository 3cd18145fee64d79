import fc from 'fast-check';
import { torch } from '../../../lib/torch/index';

const ALL_BITS = Uint16Array.from({ length: 65536 }, (_, i) => i);

const CODECS = [
  ['float16', torch.decodeFloat16, torch.encodeFloat16],
  ['bfloat16', torch.decodeBfloat16, torch.encodeBfloat16],
] as const;

describe.each(CODECS)('%s', (dtype, decode, encode) => {
  test('decodes every pattern as libtorch does', () => {
    const wide = torch.tensor(ALL_BITS, { dtype }).to('float32').data();
    const decoded = decode(ALL_BITS);
    const different = ALL_BITS.filter((i) => !Object.is(decoded[i], wide[i]));
    expect([...different]).toEqual([]);
  });

  test('encodes what it decodes', () => {
    const decoded = decode(ALL_BITS);
    const numbers = ALL_BITS.filter((i) => !Number.isNaN(decoded[i]));
    expect(encode(decoded.filter((value) => !Number.isNaN(value)))).toEqual(numbers);
    expect(decode(encode([Number.NaN]))[0]).toBeNaN();
  });

  test('rounds as libtorch does', () => {
    const values = fc.oneof(
      fc.float({ noNaN: true }),
      fc.float({ noNaN: true, min: -70000, max: 70000 }),
      // Halfway between two numbers, and a bit beside it.
      fc
        .tuple(fc.integer({ min: 0, max: 0x7bff }), fc.constantFrom(-1, 0, 1))
        .map(([bits, side]) => {
          const [low = 0, high = 0] = decode(Uint16Array.of(bits, bits + 1));
          const middle = (low + high) / 2;
          return Number.isFinite(middle) ? middle * (1 + side * 2 ** -20) : low;
        }),
    );
    fc.assert(
      fc.property(fc.array(values, { minLength: 1 }), (numbers) => {
        const singles = Float32Array.from(numbers);
        const expected = torch.scope(() => torch.tensor(singles).to(dtype).data());
        expect(encode(singles)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('goes through a tensor and back', () => {
    const x = torch.tensor(encode([1, -2.5, 0.1]), { dtype, shape: [3] });
    expect(x.dtype).toBe(dtype);
    expect([...decode(x.data() as Uint16Array)]).toEqual(x.tolist());
  });
});
