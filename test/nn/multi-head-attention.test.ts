import { expandTasks, multiHeadAttention } from '../../lib/nn';
import { flattenTree, mapTree, type Tensor, torch, unflattenTree } from '../../lib/torch';
import { expectClose, expectGradients, float64 } from '../helpers/gradients';

const layer = multiHeadAttention({ dimensions: 4, heads: 2 });
const params = mapTree(([w]) => w.to('float64'), layer.init(torch.generator(1)));
const x = float64([3, 5, 4], 1);
const memory = float64([3, 6, 4], 2);

test('is each head’s attention in its own half of the dimensions', () => {
  const project = (own: typeof params.key, input: Tensor) =>
    torch.linear(input, own.weight, own.bias ?? null);
  const mask = torch.tensor([1, 1, 0, 1, 1, 1]).ne(0).expand([5, 6]);
  const halves = [0, 2].map((start) => {
    const part = (own: typeof params.key, input: Tensor) =>
      project(own, input).narrow(-1, start, 2);
    const { query, key, value } = params;
    const [q, k, v] = [part(query, x), part(key, memory), part(value, memory)] as const;
    return torch.scaledDotProductAttention(q, k, v, mask);
  });
  const exact = project(params.output, torch.cat(halves, -1));
  expectClose(layer.apply(params, { x, memory, mask }), exact);
});

test('looks at itself without a memory', () => {
  expectClose(layer.apply(params, { x }), layer.apply(params, { x, memory: x }), 0);
});

test('gives what may look nowhere the bias of the output', () => {
  const mask = torch.tensor([1, 0, 1, 1, 1]).unsqueeze(-1);
  const y = layer.apply(params, { x, mask });
  const bias = params.output.bias ?? x;
  expectClose(y.select(1, 1), bias.expand([3, 4]), 0);
  expectClose(y.select(1, 2), layer.apply(params, { x }).select(1, 2));
});

test('takes parameters with a task axis', () => {
  const y = layer.apply(expandTasks(params, 2), { x: x.unsqueeze(0).expand([2, 3, 5, 4]) });
  expectClose(y.select(0, 1), layer.apply(params, { x }));
});

test('is twice differentiable', () => {
  const paths = Object.keys(flattenTree(params));
  expectGradients(
    (input, ...weights) => {
      const flat = Object.fromEntries(paths.map((path, i) => [path, weights[i] as Tensor]));
      return layer.apply(unflattenTree(flat, params), { x: input as Tensor });
    },
    [float64([1, 3, 4]), ...Object.values(flattenTree(params))],
  );
});

test('refuses heads that do not divide the dimensions, and other sizes', () => {
  expect(() => multiHeadAttention({ dimensions: 4, heads: 3 })).toThrow('a divisor of 4');
  expect(() => layer.apply(params, { x: torch.ones([2, 3]) })).toThrow('[..., n, 4] for the x');
  expect(() => layer.apply(params, { x: torch.ones([4]) })).toThrow('[..., n, 4] for the x');
  expect(() => layer.apply(params, { x, memory: x.narrow(-1, 0, 2) })).toThrow(
    'Expected [..., n, 4] for the memory of multiHeadAttention but received [3, 5, 2]',
  );
});
