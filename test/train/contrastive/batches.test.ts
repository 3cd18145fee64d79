import fc from 'fast-check';
import { RandomSource } from '../../../lib/text/random-source';
import { contrastBatch, contrastPairs, rowsByLabel } from '../../../lib/train/contrastive/batches';

const labeled = fc
  .array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 40 })
  .filter((y) => new Set(y).size > 1);

test('a batch has different rows, and as many labels as there is room for', () => {
  fc.assert(
    fc.property(labeled, fc.integer({ min: 1, max: 64 }), fc.nat(), (y, size, seed) => {
      const labels = rowsByLabel(y);
      const rows = contrastBatch(labels, size, new RandomSource(seed));
      expect(new Set(rows).size).toBe(rows.length);
      const drawn = new Set(rows.map((row) => y[row]));
      expect(drawn.size).toBe(Math.min(labels.length, Math.max(2, Math.floor(size / 2))));
      expect(rows.length).toBeLessThanOrEqual(Math.max(size, 4));
    }),
  );
});

test('pairs are what they say, and half of one label where there are such', () => {
  fc.assert(
    fc.property(labeled, fc.nat(), (y, seed) => {
      const pairs = contrastPairs(rowsByLabel(y), 20, new RandomSource(seed));
      const several = y.some((label, i) => y.indexOf(label) !== i);
      expect(pairs).toHaveLength(20);
      expect(pairs.filter(([, , same]) => same)).toHaveLength(several ? 10 : 0);
      for (const [one, other, same] of pairs) {
        expect(one).not.toBe(other);
        expect(y[one] === y[other]).toBe(same);
      }
    }),
  );
});
