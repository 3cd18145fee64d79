import { expandTasks, lstm } from '../../../lib/nn';
import { flattenTree, mapTree, type Tensor, torch, unflattenTree } from '../../../lib/torch';
import { expectClose, expectGradients, float64 } from '../../helpers/gradients';

const layer = lstm({ inputSize: 3, hiddenSize: 2, bidirectional: true });
const params = mapTree(([w]) => w.to('float64'), layer.init(torch.generator(1)));
const x = float64([4, 5, 3]);

test('equals libtorch’s bidirectional LSTM', () => {
  const weights = [params.forward, params.backward ?? params.forward].flatMap(
    ({ input, hidden }) => {
      const bias = input.bias ?? torch.zeros([8]);
      return [input.weight, hidden.weight, bias, bias.zerosLike()];
    },
  );
  const start = torch.zeros([2, 4, 2], { dtype: 'float64' });
  const [exact] = torch.lstm(x, [start, start], weights, true, 1, 0, false, true, true);
  expectClose(layer.apply(params, { x }), exact);
  const one = lstm({ inputSize: 3, hiddenSize: 2 });
  const there = one.apply({ forward: params.forward }, { x });
  expectClose(there, exact.narrow(-1, 0, 2));
});

test('steps of padding, wherever they are, change nothing and give zeros', () => {
  const mask = torch.tensor([0, 1, 1, 0, 1, 1, 1, 0]);
  const kept = torch.tensor([1, 2, 4, 5, 6], { dtype: 'int64' });
  const filled = torch.full([4, 8, 3], 7, { dtype: 'float64' }).indexCopy(1, kept, x);
  // Any number but zero stands for a step.
  const marked = mask.mul(torch.tensor([1, -1, 2, 1, 0.5, 1, 1, 1])).expand([4, 8]);
  const y = layer.apply(params, { x: filled, mask: marked });
  expectClose(y.indexSelect(1, kept), layer.apply(params, { x }));
  expect(Number(y.mul(mask.eq(0).unsqueeze(-1)).abs().max().item())).toBe(0);
});

test('is twice differentiable with respect to parameters and input', () => {
  const small = mapTree(([w]) => w, params);
  const entries = Object.entries(flattenTree(small));
  const mask = torch.tensor([
    [1, 1, 0],
    [1, 1, 1],
  ]);
  expectGradients(
    (input, ...weights) => {
      const flat = Object.fromEntries(entries.map(([path], i) => [path, weights[i] as Tensor]));
      return layer.apply(unflattenTree(flat, small), { x: input as Tensor, mask });
    },
    [float64([2, 3, 3]), ...entries.map(([, w]) => w)],
  );
});

test('takes parameters with a task axis', () => {
  const texts = x.unsqueeze(0).expand([2, 4, 5, 3]);
  const y = layer.apply(expandTasks(params, 2), { x: texts });
  expectClose(y.select(0, 1), layer.apply(params, { x }));
});

test('refuses inputs and masks that do not fit', () => {
  expect(() => layer.apply(params, { x: torch.ones([5, 4]) })).toThrow(
    'Expected [..., L, 3] with L at least 1 for the x of lstm but received [5, 4]',
  );
  expect(() => layer.apply(params, { x: torch.ones([3]) })).toThrow('received [3]');
  expect(() => layer.apply(params, { x: torch.ones([4, 0, 3]) })).toThrow('received [4, 0, 3]');
  expect(() => layer.apply(params, { x, mask: torch.ones([4, 4]) })).toThrow(
    'Expected [4, 5] for the mask of lstm but received [4, 4]',
  );
});

test('refuses parameters of one direction for two, and of two for one', () => {
  expect(() => layer.apply({ forward: params.forward }, { x })).toThrow(
    'Expected parameters for backward of the parameters of lstm but received undefined',
  );
  expect(() => lstm({ inputSize: 3, hiddenSize: 2 }).apply(params, { x })).toThrow(
    'Expected nothing for backward of the parameters of lstm but received Object',
  );
  expect(() => lstm({ inputSize: 3, hiddenSize: 2, bidirectional: 'no' as never })).toThrow(
    "Expected a boolean for bidirectional of lstm but received string 'no'",
  );
});

test('reads one way unless asked for both', () => {
  const { forward, backward } = lstm({ inputSize: 3, hiddenSize: 2 }).init(torch.generator(1));
  expect(backward).toBeUndefined();
  expectClose(forward.input.weight.to('float64'), params.forward.input.weight, 0);
  const wide = lstm({ inputSize: 3, hiddenSize: 5 });
  const ofSix = wide.apply(wide.init(torch.generator(1)), { x: torch.ones([1, 4, 3]) });
  expect(ofSix.shape).toEqual([1, 4, 5]);
});
