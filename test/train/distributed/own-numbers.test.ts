import fc from 'fast-check';
import { torch } from '../../../lib/torch';
import { ownNumbers, totalsOf } from '../../../lib/train/distributed/own-numbers';
import { groupsInOneThread } from '../../helpers/processes/process-groups';

const { make } = groupsInOneThread();

test.each(['float32', 'float64'] as const)('sums of %s lose no bit of a number', (dtype) => {
  const size = 3;
  const groups = [0, 1, 2].map((rank) => make(rank, size));
  const number = fc.oneof(
    fc.double({ min: -1e30, max: 1e30, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-20),
    fc.constantFrom(Number.NaN, Infinity, -Infinity, 2 ** 53 - 1, 0.1),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { minLength: size, maxLength: size }), (all) => {
      const totals = torch.scope(() => {
        const sent = groups.map((group, i) => ownNumbers(all[i] ?? [], group, dtype));
        return totalsOf(
          sent.reduce((sum, one) => sum.add(one)),
          2,
        );
      });
      expect(totals).toEqual([0, 1].map((j) => all.reduce((sum, one) => sum + (one[j] ?? 0), 0)));
    }),
  );
});
