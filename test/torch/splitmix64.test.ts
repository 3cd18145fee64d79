import { splitMix64 } from '../../lib/torch/splitmix64';

test('gives the published outputs for seed 1234567', () => {
  expect([0, 1, 2, 3, 4].map((index) => splitMix64(1234567n, index))).toEqual([
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ]);
});

test('wraps at 64 bits', () => {
  expect(splitMix64(0n, 0)).toBe(0xe220a8397b1dcdafn);
  expect(splitMix64(2n ** 64n - 1n, 0)).toBe(0xe4d971771b652c20n);
});
