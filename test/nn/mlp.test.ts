import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import {
  countParameters,
  gelu,
  linear,
  type MlpParams,
  mlp,
  relu,
  sequential,
  tanh,
} from '../../lib/nn';
import { flattenTree, mapTree, type Tensor, torch } from '../../lib/torch';
import { expectClose, expectGradients, float64 } from '../helpers/gradients';

const layers = [
  linear({ inFeatures: 3, outFeatures: 4 }),
  linear({ inFeatures: 4, outFeatures: 5 }),
  linear({ inFeatures: 5, outFeatures: 2 }),
] as const;
const model = mlp({ sizes: [3, 4, 5, 2] });

test.each([
  ['relu', relu()],
  ['gelu', gelu()],
  ['tanh', tanh()],
] as const)('is linear layers with %s between them', (activation, between) => {
  const same = sequential(layers[0], between, layers[1], between, layers[2]);
  const own = mlp({ sizes: [3, 4, 5, 2], activation });
  const params = own.init(torch.generator(1));
  const x = torch.randn([6, 3], { generator: torch.generator(2) });
  const other = same.init(torch.generator(1));
  expectClose(own.apply(params, x), same.apply(other, x), 0);
  expect(Object.keys(flattenTree(params))).toContain('2.bias');
  expect(countParameters(params)).toBe(16 + 25 + 12);
});

test('has relu between its layers unless asked for another', () => {
  const params = model.init(torch.generator(1));
  const x = torch.randn([6, 3], { generator: torch.generator(2) });
  const same = mlp({ sizes: [3, 4, 5, 2], activation: 'relu' });
  expectClose(model.apply(params, x), same.apply(params, x), 0);
});

test('with a task axis equals a loop over the tasks', () => {
  const T = 4;
  const own = Array.from({ length: T }, (_, t) => model.init(torch.generator(t)));
  const [first, ...others] = own;
  const together = mapTree((tensors) => torch.stack(tensors), first as MlpParams, ...others);
  const x = torch.randn([T, 6, 3], { generator: torch.generator(9) });
  const each = own.map((params, t) => model.apply(params, x.select(0, t)));
  expectClose(model.apply(together, x), torch.stack(each), 1e-6);
});

test('is twice differentiable with respect to all parameters of all tasks', () => {
  const x = float64([2, 3, 3]);
  const shapes = [
    [2, 4, 3],
    [2, 4],
    [2, 5, 4],
    [2, 5],
    [2, 2, 5],
    [2, 2],
  ];
  const smooth = mlp({ sizes: [3, 4, 5, 2], activation: 'tanh' });
  expectGradients(
    (...p) =>
      smooth.apply(
        [0, 2, 4].map((i) => ({ weight: p[i] as Tensor, bias: p[i + 1] as Tensor })),
        x,
      ),
    shapes.map((shape, i) => float64(shape, i)),
  );
});

test('refuses sizes, activations and parameters that do not fit', () => {
  expect(() => mlp({ sizes: [3] })).toThrow(ArgumentRangeError);
  expect(() => mlp({ sizes: [3, 0] })).toThrow('outFeatures of linear');
  expect(() => mlp({ sizes: 3 as never })).toThrow(ArgumentTypeError);
  expect(() => mlp({ sizes: [3, 2], activation: 'sine' as never })).toThrow(
    "Expected 'relu' or 'gelu' or 'tanh' for activation of mlp but received string 'sine'",
  );
  const answers = new Proxy({}, { get: () => 1 });
  expect(() => mlp({ sizes: [3, 2], activation: answers as never })).toThrow(ArgumentRangeError);
  const params = model.init(torch.generator(1));
  for (const [wrong, received] of [
    [[], 'array of length 0'],
    [[...params, ...params], 'array of length 6'],
    [undefined, 'undefined'],
  ] as const) {
    expect(() => model.apply(wrong as MlpParams, torch.ones([1, 3]))).toThrow(
      `Expected an array of length 3 for the parameters of mlp but received ${received}`,
    );
  }
});
