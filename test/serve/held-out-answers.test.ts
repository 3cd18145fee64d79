import { coreOf, narrowed } from '../../lib/serve/core';
import { indices } from '../../lib/serve/heads/features';
import type { HeadMap } from '../../lib/serve/heads/head-map';
import { heldOutRows } from '../../lib/serve/held-out-answers';
import { score } from '../../lib/serve/predict';
import { suspectsOf } from '../../lib/serve/suspects';
import { torch } from '../../lib/torch';
import { clusters, unit } from './clusters';

const SIZE = 8;
const { x, y, labels } = clusters({ labels: 3, shots: 4, noise: 0.6 });
const numbers = (y.tolist() as bigint[]).map(Number);
const map: HeadMap = {
  weights: torch.randn([SIZE, SIZE], { generator: torch.generator(4) }).div(2),
  direction: unit(torch.ones([SIZE])),
  gate: torch.tensor([-1, 1]),
};
const fitting = { options: { head: 'meta-trained', falseAlarms: 0.05 }, map } as const;
const core = coreOf(
  {
    read: { vectors: x, known: numbers.map(() => true) },
    y: numbers,
    keys: [...numbers.keys()],
  },
  labels,
  fitting,
);

/** The probabilities of a row by a head of the others, at the temperature of all. */
function without(row: number): number[] {
  const rows = [...numbers.keys()].filter((other) => other !== row);
  const rest = narrowed(core, { rows, y: rows.map((one) => numbers[one] ?? 0), labels }, fitting);
  const { sharpness } = core.fitted;
  const own = { ...rest, fitted: { ...rest.fitted, sharpness } };
  return [...score(own, x.indexSelect(0, indices([row]))).probabilities];
}

test('an example is answered by the head of the others, with all that the map says', () => {
  const found = heldOutRows(core, map);
  expect(found).toHaveLength(numbers.length);
  for (const { row, label, probability } of found) {
    const expected = without(row);
    expect(probability).toBeCloseTo(Math.max(...expected), 4);
    expect(label).toBe(expected.indexOf(Math.max(...expected)));
  }
});

test('so are the examples that look mislabeled', () => {
  const suspects = suspectsOf(core, map);
  const expected = [...numbers.keys()].filter((row) => {
    const all = without(row);
    return (all[numbers[row] ?? 0] ?? 0) < 0.5 && Math.max(...all) > 0.5;
  });
  expect(suspects.map(({ row }) => row).sort((a, b) => a - b)).toEqual(expected);
  expect(suspects.length).toBeGreaterThan(0);
  for (const { row, probability } of suspects) {
    expect(probability).toBeCloseTo(Math.max(...without(row)), 4);
  }
});
