import { expandTasks, mlp, selectTask } from '../../lib/nn';
import { mapTree, type Tensor, torch } from '../../lib/torch';
import { expectClose } from '../helpers/gradients';

const params = mlp({ sizes: [3, 4, 2] }).init(torch.generator(1));

test('expands every tensor by a task axis without copying', () => {
  const before = torch.memory().bytes;
  const expanded = expandTasks(params, 5);
  expect(expanded.map(({ weight }) => weight.shape)).toEqual([
    [5, 4, 3],
    [5, 2, 4],
  ]);
  expect(torch.memory().bytes).toBe(before);
  mapTree(
    ([one, all]) => {
      expectClose((all as Tensor).select(0, 4), one as Tensor, 0);
      return one as Tensor;
    },
    params,
    selectTask(expandTasks(expanded, 1), 0),
  );
});

test('sums the gradients of the tasks', () => {
  const w = { weight: torch.ones([2]).requiresGrad_() };
  const scales = torch.tensor([[1], [10], [100]]);
  const { weight } = torch.grad(expandTasks(w, 3).weight.mul(scales).sum(), w);
  expect(weight.tolist()).toEqual([111, 111]);
});

test('selects one task’s parameters', () => {
  const own = {
    weight: torch.tensor([
      [1, 2],
      [3, 4],
    ]),
  };
  expect(selectTask(own, 1).weight.tolist()).toEqual([3, 4]);
  expect(() => selectTask(own, 2)).toThrow();
});

test('refuses a number of tasks that is none', () => {
  expect(() => expandTasks(params, 0)).toThrow(
    'Expected a positive integer for tasks of expandTasks but received number 0',
  );
});
