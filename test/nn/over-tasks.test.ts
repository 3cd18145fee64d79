import { TorchError } from '../../lib/errors';
import {
  bert,
  conv1d,
  convMaxPool,
  dropout,
  embedding,
  expandTasks,
  gelu,
  type Layer,
  layerNorm,
  linear,
  lstm,
  meanPooling,
  mlp,
  multiHeadAttention,
  overTasks,
  relu,
  selectTask,
  tanh,
  trainable,
} from '../../lib/nn';
import { leaves, type Tensor, torch } from '../../lib/torch';
import { expectClose, expectGradients } from '../helpers/gradients';

type Params = { w: Tensor; gain: Tensor };

/** As many tasks as examples and outputs: what ignores the axis broadcasts instead of failing. */
const SIZE = 3;
const layer: Layer<Params> = {
  init: (generator) => ({
    w: torch.randn([SIZE, SIZE], { generator }),
    gain: torch.randn([SIZE], { generator }),
  }),
  apply: ({ w, gain }, x) => x.matmul(w.mT).sin().mul(gain),
};
const x = torch.randn([SIZE, SIZE, SIZE], { generator: torch.generator(1) });
const each = (fn: (task: number) => Tensor): Tensor =>
  torch.stack(Array.from({ length: SIZE }, (_, task) => fn(task)));

test('each task meets its own parameters, as in a loop', () => {
  const generator = torch.generator(2);
  const params = {
    w: torch.randn([SIZE, SIZE, SIZE], { generator }),
    gain: torch.randn([SIZE, SIZE], { generator }),
  };
  const exact = each((t) => layer.apply(selectTask(params, t), x.select(0, t)));
  expectClose(overTasks(layer).apply(params, x), exact, 1e-6);
  expect(layer.apply(params, x).sub(exact).abs().max().item()).toBeGreaterThan(0.1);
});

test('shared parameters have no task axis', () => {
  const params = layer.init(torch.generator(3));
  const exact = each((t) => layer.apply(params, x.select(0, t)));
  expectClose(overTasks(layer, 'shared').apply(params, x), exact, 1e-6);
});

test('is twice differentiable', () => {
  const generator = torch.generator(4);
  expectGradients(
    (w, gain, input) => overTasks(layer).apply({ w, gain } as Params, input as Tensor),
    [
      [2, 3, 3],
      [2, 3],
      [2, 4, 3],
    ].map((shape) => torch.randn(shape, { generator, dtype: 'float64' }).requiresGrad_()),
  );
});

test('dropout drops otherwise in each task, and the same again from one seed', () => {
  const drop = dropout();
  const dropping: Layer<Params> = {
    ...layer,
    apply: ({ gain }, input, context) => drop.apply({}, input.mul(gain), context),
  };
  const params = expandTasks({ w: torch.ones([3]), gain: torch.ones([8]) }, 2);
  const run = (seed: number): Tensor =>
    overTasks(dropping).apply(params, torch.ones([2, 5, 8]), {
      training: true,
      generator: torch.generator(seed),
    });
  const [first, second] = run(1).unbind(0);
  expect(first?.tolist()).not.toEqual(second?.tolist());
  expect(run(1).tolist()).toEqual(run(1).tolist());
  expect(
    overTasks(dropping)
      .apply(params, torch.ones([2, 5, 8]))
      .tolist(),
  ).toEqual(torch.ones([2, 5, 8]).tolist());
});

test.each<[string, (value: Tensor) => Tensor]>([
  ['a condition', (value) => (Number(value.sum().item()) > 0 ? value : value.neg())],
  ['reading', (value) => torch.tensor(value.tolist() as number[][])],
  ['a shape that depends on data', (value) => value.nonzero()],
])('%s inside is refused, with advice', (_, read) => {
  const reading = { ...layer, apply: (_params: Params, value: Tensor) => read(value) };
  const call = () => overTasks(reading).apply(expandTasks(layer.init(torch.generator(1)), SIZE), x);
  expect(call).toThrow(TorchError);
  expect(call).toThrow(expect.objectContaining({ code: 'ERR_TORCH_VMAP' }));
  expect(call).toThrow(/parameters \[T, …\] and inputs \[T, n, …\] .* declare .* `tasks: true`/);
});

test('refuses inputs of another number of tasks', () => {
  const params = expandTasks(layer.init(torch.generator(1)), 2);
  expect(() => overTasks(layer).apply(params, x)).toThrow(
    'Expected tensors of one number of samples but received 2 in args[0].w',
  );
});

test('leaves layers that take the axis themselves as they are: all of this library', () => {
  const built = [
    relu(),
    gelu(),
    tanh(),
    dropout(),
    meanPooling(),
    linear({ inFeatures: 2, outFeatures: 2 }),
    mlp({ sizes: [2, 2] }),
    layerNorm({ normalizedShape: 2 }),
    embedding({ numEmbeddings: 2, embeddingDim: 2 }),
    conv1d({ inChannels: 2, outChannels: 2, kernelSize: 1 }),
    convMaxPool({ inChannels: 2, outChannels: 2, kernelSize: 1 }),
    lstm({ inputSize: 2, hiddenSize: 2 }),
    multiHeadAttention({ dimensions: 2, heads: 1 }),
    bert({ vocabularySize: 2, dimensions: 2, layers: 1, heads: 1 }),
  ];
  for (const one of built) expect(overTasks(one as never)).toBe(one);
});

test.each<[string, Layer<never>, readonly number[]]>([
  ['mlp', mlp({ sizes: [4, 5, 2] }) as never, [3, 6, 4]],
  ['layerNorm', layerNorm({ normalizedShape: 4 }) as never, [3, 6, 4]],
  ['conv1d', conv1d({ inChannels: 4, outChannels: 2, kernelSize: 2 }) as never, [3, 6, 5, 4]],
  [
    'convMaxPool',
    convMaxPool({ inChannels: 4, outChannels: 2, kernelSize: 2 }) as never,
    [3, 6, 5, 4],
  ],
])('%s works inside a layer of one task, with gradients of both orders', (_, built, shape) => {
  const own: Layer<never> = {
    init: built.init,
    apply: (params, input) => built.apply(params, input),
  };
  const params = expandTasks(trainable(built.init(torch.generator(1))), 3);
  const input = torch.randn(shape, { generator: torch.generator(2) });
  const [lifted, exact] = [overTasks(own), built].map((one) => {
    const y = one.apply(params, input);
    const first = torch.grad(y.square().sum(), leaves(params), { createGraph: true });
    const squares = first.map((g) => g.square().sum()).reduce((a, b) => a.add(b));
    return [y, ...first, ...torch.grad(squares, leaves(params), { allowUnused: true })];
  });
  for (const [i, tensor] of (lifted ?? []).entries()) {
    const other = exact?.[i] as Tensor;
    const size = Math.max(1, Number(other.abs().max().item()));
    expectClose(tensor, other, 1e-5 * size);
  }
});

test('leaves nothing behind but the output', () => {
  const params = expandTasks(layer.init(torch.generator(1)), SIZE);
  torch.assertNoLeaks(() => overTasks(layer).apply(params, x));
});
