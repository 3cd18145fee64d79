import { expandTasks, lstmCell } from '../../../lib/nn';
import { leaves, mapTree, type Tensor, torch, unflattenTree } from '../../../lib/torch';
import { expectClose, expectGradients, float64 } from '../../helpers/gradients';

const cell = lstmCell({ inputSize: 3, hiddenSize: 2 });
const params = mapTree(([w]) => w.to('float64'), cell.init(torch.generator(1)));
const x = float64([4, 3], 1);
const state = { h: float64([4, 2], 2), c: float64([4, 2], 3) };

test('equals libtorch’s LSTM cell', () => {
  const { input, hidden } = params;
  const zeros = torch.zeros([8], { dtype: 'float64' });
  const [h, c] = torch.lstmCell(x, [state.h, state.c], input.weight, hidden.weight, {
    bIh: input.bias ?? zeros,
    bHh: zeros,
  });
  const next = cell.step(params, cell.project(params, x), state);
  expectClose(next.h, h);
  expectClose(next.c, c);
});

test('starts from zeros', () => {
  const zeros = { h: torch.zeros([4, 2]).to('float64'), c: torch.zeros([4, 2]).to('float64') };
  const projected = cell.project(params, x);
  expectClose(cell.step(params, projected).h, cell.step(params, projected, zeros).h, 0);
});

test('is twice differentiable with respect to parameters, input and state', () => {
  const shapes = [[8, 3], [8], [8, 2]];
  expectGradients(
    (weight, bias, recurrent, input, h, c) => {
      const flat = { 'input.weight': weight, 'input.bias': bias, 'hidden.weight': recurrent };
      const own = unflattenTree(flat as Record<string, Tensor>, params);
      const before = { h: h as Tensor, c: c as Tensor };
      const next = cell.step(own, cell.project(own, input as Tensor), before);
      return torch.cat([next.h, next.c], -1);
    },
    [...shapes.map((shape, i) => float64(shape, i).mul(0.5)), x, state.h, state.c],
  );
});

test('parameters with a task axis serve each task its own', () => {
  const tasks = mapTree(
    ([w]) =>
      w.mul(
        torch
          .tensor([1, 2])
          .to('float64')
          .view([2, ...w.shape.slice(1).map(() => 1)]),
      ),
    expandTasks(params, 2),
  );
  const double = mapTree(([w]) => w.mul(2), params);
  const both = torch.stack([x, x]);
  const states = { h: torch.stack([state.h, state.h]), c: torch.stack([state.c, state.c]) };
  const { h } = cell.step(tasks, cell.project(tasks, both), states);
  expectClose(h.select(0, 0), cell.step(params, cell.project(params, x), state).h);
  expectClose(h.select(0, 1), cell.step(double, cell.project(double, x), state).h);
});

test('refuses sizes and options that are none', () => {
  expect(() => lstmCell({ inputSize: 0, hiddenSize: 2 })).toThrow('inputSize of lstmCell');
  expect(() => lstmCell({ inputSize: 1, hiddenSize: 2, bias: true } as never)).toThrow('bias');
});

test('refuses gates and states of another size, which it would cut or repeat', () => {
  const projected = cell.project(params, x);
  expect(() => cell.step(params, torch.cat([projected, projected], -1))).toThrow(
    'Expected [..., 8] for the projected input of lstmCell but received [4, 16]',
  );
  expect(() => cell.step(params, projected, { h: state.h, c: torch.ones([4, 1]) })).toThrow(
    'Expected [..., 2] for the memory c of lstmCell but received [4, 1]',
  );
  expect(() => cell.step(params, projected, { h: torch.ones([4, 1]), c: state.c })).toThrow(
    'Expected [..., 2] for the input of linear but received [4, 1]',
  );
});

test('starts uniform in ±1/√H, whatever the size of the input', () => {
  const wide = lstmCell({ inputSize: 100, hiddenSize: 4 }).init(torch.generator(1));
  for (const tensor of leaves(wide)) {
    const greatest = Number(tensor.abs().max().item());
    expect(greatest).toBeLessThanOrEqual(0.5);
    // Of 16 numbers at least, one is in the outer quarter but for odds of 1 in 100.
    expect(greatest).toBeGreaterThan(0.375);
  }
});
