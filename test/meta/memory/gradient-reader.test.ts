import { gradientReader } from '../../../lib/meta/memory/gradient-reader';
import { type Tensor, torch } from '../../../lib/torch/index';
import { expectGradients, float64 } from '../../helpers/gradients';
import { distance } from '../support/contract';
import { parametersOf } from '../support/support';

const reader = gradientReader(4);
const params = parametersOf(reader, 1);
const gradients = float64([2, 3, 5]);

test('what is not present is passed over, wherever it stands', () => {
  const [first, second, third] = [0, 1, 2].map((i) => gradients.narrow(1, i, 1));
  if (!first || !second || !third) throw new Error('no rows');
  const all = torch.ones([2, 2], { dtype: 'bool' });
  const expected = reader.read(params, torch.cat([first, third], 1), all);
  const present = torch.tensor([true, false, true]).expand([2, 3]);
  expect(distance(reader.read(params, gradients, present), expected)).toBeLessThan(1e-15);
  expect(expected.shape).toEqual([2, 5]);
});

test('equals an LSTM that reads one coordinate of one task', () => {
  // The tasks leave out rows of their own.
  const rows = [
    [0, 2],
    [1, 2],
  ];
  const present = torch.tensor([
    [true, false, true],
    [false, true, true],
  ]);
  const found = reader.read(params, gradients, present);
  const { lstm, output } = params;
  const zeros = torch.zeros([1, 4], { dtype: 'float64' });
  for (const [task, coordinate] of [
    [0, 0],
    [1, 3],
  ] as const) {
    let [h, c] = [zeros, zeros];
    for (const row of rows[task] ?? []) {
      const g = Number(gradients.select(0, task).select(0, row).select(0, coordinate).item());
      const x = torch.tensor([[Math.log(Math.abs(g)) / 10, Math.sign(g)]], { dtype: 'float64' });
      const sums = x.matmul(lstm.weightIh.mT).add(h.matmul(lstm.weightHh.mT));
      const gates = sums.add(lstm.biasIh).add(lstm.biasHh).chunk(4, 1);
      const [i, f, cell, o] = gates as [Tensor, Tensor, Tensor, Tensor];
      c = f.sigmoid().mul(c).add(i.sigmoid().mul(cell.tanh()));
      h = o.sigmoid().mul(c.tanh());
    }
    const exact = torch.linear(h, output.weight, output.bias ?? null).view([]);
    expect(distance(found.select(0, task).select(0, coordinate), exact)).toBeLessThan(1e-14);
  }
});

test('starts with fast weights near zero', () => {
  const { lstm, output } = gradientReader(25).init(torch.generator(1));
  expect(Number(lstm.weightHh.abs().max().item())).toBeGreaterThan(0.19);
  expect(Number(lstm.weightHh.abs().max().item())).toBeLessThan(0.2);
  expect(Number(output.weight.abs().max().item())).toBeLessThan(0.02);
  expect(Number(output.bias?.abs().item())).toBeLessThan(0.02);
});

test('every coordinate and task is read by itself', () => {
  const present = torch.ones([2, 3], { dtype: 'bool' });
  const whole = reader.read(params, gradients, present);
  const part = reader.read(
    params,
    gradients.narrow(0, 1, 1).narrow(2, 3, 1),
    present.narrow(0, 1, 1),
  );
  expect(distance(part, whole.narrow(0, 1, 1).narrow(1, 3, 1))).toBeLessThan(1e-15);
});

test('its gradients are right', () => {
  const present = torch.tensor([[true, true, false]]);
  const { lstm, output } = params;
  expectGradients(
    (weight, biasHh) =>
      reader.read(
        {
          lstm: { ...lstm, biasHh: biasHh ?? lstm.biasHh },
          output: { ...output, weight: weight ?? output.weight },
        },
        gradients.narrow(0, 0, 1),
        present,
      ),
    [output.weight, lstm.biasHh],
  );
});
