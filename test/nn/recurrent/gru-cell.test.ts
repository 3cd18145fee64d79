import { expandTasks, gruCell } from '../../../lib/nn';
import { leaves, mapTree, type Tensor, torch, unflattenTree } from '../../../lib/torch';
import { expectClose, expectGradients, float64 } from '../../helpers/gradients';

const cell = gruCell({ inputSize: 3, hiddenSize: 2 });
const params = mapTree(([w]) => w.to('float64'), cell.init(torch.generator(1)));
const x = float64([4, 3], 1);
const state = { h: float64([4, 2], 2) };

test('equals libtorch’s GRU cell, with PyTorch’s four parameters under their names', () => {
  const { input, hidden } = params;
  const biases = { bIh: input.bias as Tensor, bHh: hidden.bias as Tensor };
  const h = torch.gruCell(x, state.h, input.weight, hidden.weight, biases);
  expectClose(cell.step(params, cell.project(params, x), state).h, h);
});

test('equals the formula on one unit', () => {
  const one = gruCell({ inputSize: 1, hiddenSize: 1 });
  const column = (...values: number[]) => torch.tensor(values, { dtype: 'float64' }).unsqueeze(1);
  const own = {
    input: {
      weight: column(1, -1, 0.5),
      bias: torch.tensor([0.1, 0.2, 0.3], { dtype: 'float64' }),
    },
    hidden: {
      weight: column(0.5, 2, -1),
      bias: torch.tensor([0, -0.1, 0.4], { dtype: 'float64' }),
    },
  };
  const [input, before] = [0.7, -0.3];
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
  const r = sigmoid(input + 0.1 + 0.5 * before);
  const z = sigmoid(-input + 0.2 + 2 * before - 0.1);
  const n = Math.tanh(0.5 * input + 0.3 + r * (-before + 0.4));
  const { h } = one.step(own, one.project(own, column(input)), { h: column(before) });
  expect(h.item()).toBeCloseTo((1 - z) * n + z * before, 12);
});

test('starts from zeros', () => {
  const zeros = { h: torch.zeros([4, 2], { dtype: 'float64' }) };
  const projected = cell.project(params, x);
  expectClose(cell.step(params, projected).h, cell.step(params, projected, zeros).h, 0);
});

test('is twice differentiable with respect to parameters, input and state', () => {
  const names = ['input.weight', 'input.bias', 'hidden.weight', 'hidden.bias'];
  const shapes = [[6, 3], [6], [6, 2], [6]];
  expectGradients(
    (input, h, ...weights) => {
      const flat = Object.fromEntries(names.map((name, i) => [name, weights[i] as Tensor]));
      const own = unflattenTree(flat, params);
      return cell.step(own, cell.project(own, input as Tensor), { h: h as Tensor }).h;
    },
    [x, state.h, ...shapes.map((shape, i) => float64(shape, i).mul(0.5))],
  );
});

test('parameters with a task axis serve each task its own', () => {
  const double = mapTree(([w]) => w.mul(2), params);
  const tasks = mapTree(([a, b]) => torch.stack([a, b]), params, double);
  const both = expandTasks({ x, h: state.h }, 2);
  const { h } = cell.step(tasks, cell.project(tasks, both.x), { h: both.h });
  expectClose(h.select(0, 0), cell.step(params, cell.project(params, x), state).h);
  expectClose(h.select(0, 1), cell.step(double, cell.project(double, x), state).h);
});

test('refuses sizes and options that are none, and gates and states of another size', () => {
  expect(() => gruCell({ inputSize: 0, hiddenSize: 2 })).toThrow('inputSize of gruCell');
  expect(() => gruCell({ inputSize: 1, hiddenSize: 2, bias: true } as never)).toThrow('bias');
  const projected = cell.project(params, x);
  expect(() => cell.step(params, torch.cat([projected, projected], -1))).toThrow(
    'Expected [..., 6] for the projected input of gruCell but received [4, 12]',
  );
  expect(() => cell.step(params, projected, { h: torch.ones([4, 1]) })).toThrow(
    'Expected [..., 2] for the input of linear but received [4, 1]',
  );
});

test('starts uniform in ±1/√H, whatever the size of the input', () => {
  const wide = gruCell({ inputSize: 100, hiddenSize: 4 }).init(torch.generator(1));
  for (const tensor of leaves(wide)) {
    const greatest = Number(tensor.abs().max().item());
    expect(greatest).toBeLessThanOrEqual(0.5);
    // Of 12 numbers at least, one is in the outer quarter but for odds of 1 in 30.
    expect(greatest).toBeGreaterThan(0.375);
  }
});
