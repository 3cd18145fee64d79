import fc from 'fast-check';
import { lengthBatches } from '../../lib/text/length-batches';

test('every text is in one batch, each batch small, and lengths rise from batch to batch', () => {
  const lengths = fc.array(fc.oneof(fc.nat(70), fc.nat(40_000)), { maxLength: 3000 });
  fc.assert(
    fc.property(lengths, (all) => {
      const batches = lengthBatches(all);
      expect(batches.flat().sort((a, b) => a - b)).toEqual([...all.keys()]);
      const longest = batches.map((batch) => Math.max(1, ...batch.map((i) => all[i] ?? 0)));
      expect(longest).toEqual([...longest].sort((a, b) => a - b));
      for (const [i, batch] of batches.entries()) {
        expect(batch.length).toBeLessThanOrEqual(1024);
        if (batch.length > 1) expect(batch.length * (longest[i] ?? 0)).toBeLessThanOrEqual(2 ** 15);
      }
    }),
    { numRuns: 30 },
  );
});

test('texts without a token take a place as well', () => {
  expect(lengthBatches(new Array<number>(1025).fill(0)).map(({ length }) => length)).toEqual([
    1024, 1,
  ]);
  expect(lengthBatches([])).toEqual([]);
});
