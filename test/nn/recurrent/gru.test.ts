import { expandTasks, gru } from '../../../lib/nn';
import { flattenTree, mapTree, type Tensor, torch, unflattenTree } from '../../../lib/torch';
import { expectClose, expectGradients, float64 } from '../../helpers/gradients';

const layer = gru({ inputSize: 3, hiddenSize: 2, bidirectional: true });
const params = mapTree(([w]) => w.to('float64'), layer.init(torch.generator(1)));
const x = float64([4, 5, 3]);

test('equals libtorch’s bidirectional GRU', () => {
  const weights = [params.forward, params.backward ?? params.forward].flatMap(({ input, hidden }) =>
    [input.weight, hidden.weight, input.bias, hidden.bias].map((own) => own as Tensor),
  );
  const start = torch.zeros([2, 4, 2], { dtype: 'float64' });
  const [exact] = torch.gru(x, start, weights, true, 1, 0, false, true, true);
  expectClose(layer.apply(params, { x }), exact);
  const one = gru({ inputSize: 3, hiddenSize: 2 });
  expectClose(one.apply({ forward: params.forward }, { x }), exact.narrow(-1, 0, 2));
});

test('steps of padding, wherever they are, change nothing and give zeros', () => {
  const mask = torch.tensor([0, 1, 1, 0, 1, 1, 1, 0]);
  const kept = torch.tensor([1, 2, 4, 5, 6], { dtype: 'int64' });
  const filled = torch.full([4, 8, 3], 7, { dtype: 'float64' }).indexCopy(1, kept, x);
  const y = layer.apply(params, { x: filled, mask: mask.expand([4, 8]) });
  expectClose(y.indexSelect(1, kept), layer.apply(params, { x }));
  expect(Number(y.mul(mask.eq(0).unsqueeze(-1)).abs().max().item())).toBe(0);
});

test('is twice differentiable with respect to parameters and input', () => {
  const entries = Object.entries(flattenTree(params));
  const mask = torch.tensor([
    [1, 1, 0],
    [1, 1, 1],
  ]);
  expectGradients(
    (input, ...weights) => {
      const flat = Object.fromEntries(entries.map(([path], i) => [path, weights[i] as Tensor]));
      return layer.apply(unflattenTree(flat, params), { x: input as Tensor, mask });
    },
    [float64([2, 3, 3]), ...entries.map(([, w]) => w)],
  );
});

test('takes parameters with a task axis', () => {
  const y = layer.apply(expandTasks(params, 2), { x: x.unsqueeze(0).expand([2, 4, 5, 3]) });
  expectClose(y.select(0, 1), layer.apply(params, { x }));
});

test('refuses by its own name what does not fit', () => {
  expect(() => layer.apply(params, { x: torch.ones([5, 4]) })).toThrow(
    'Expected [..., L, 3] with L at least 1 for the x of gru but received [5, 4]',
  );
  expect(() => layer.apply(params, { x, mask: torch.ones([4, 4]) })).toThrow(
    'Expected [4, 5] for the mask of gru but received [4, 4]',
  );
  expect(() => gru({ inputSize: 3, hiddenSize: 2 }).apply(params, { x })).toThrow(
    'Expected nothing for backward of the parameters of gru but received Object',
  );
});
