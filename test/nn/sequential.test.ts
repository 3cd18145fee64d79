import { ArgumentTypeError } from '../../lib/errors';
import {
  conv1d,
  dropout,
  expandTasks,
  gelu,
  type Layer,
  layerNorm,
  linear,
  meanPooling,
  mlp,
  type NoParams,
  relu,
  sequential,
  tanh,
} from '../../lib/nn';
import { isRuled } from '../../lib/nn/linear-rule';
import { type Tensor, torch } from '../../lib/torch';
import { expectClose, expectGradients, float64 } from '../helpers/gradients';

const hidden = linear({ inFeatures: 3, outFeatures: 4 });
const head = linear({ inFeatures: 4, outFeatures: 2 });
const model = sequential(hidden, relu(), head);

test('applies its layers in order, and keeps their parameters in order', () => {
  const params = model.init(torch.generator(1));
  expect(params.map((own) => Object.keys(own))).toEqual([
    ['weight', 'bias'],
    [],
    ['weight', 'bias'],
  ]);
  const [first, , last] = params;
  const x = torch.randn([5, 3], { generator: torch.generator(2) });
  const expected = head.apply(last, hidden.apply(first, x).relu());
  expectClose(model.apply(params, x), expected, 0);
});

test('takes the first layer’s input', () => {
  const pooled = sequential(meanPooling(), hidden);
  const params = pooled.init(torch.generator(1));
  const y = pooled.apply(params, { x: torch.ones([2, 5, 3]), mask: torch.ones([2, 5]) });
  expectClose(y, hidden.apply(params[1], torch.ones([2, 3])), 1e-6);
});

test('passes the context to every layer', () => {
  const nested = sequential(sequential(dropout({ p: 1 }), hidden), relu());
  const params = nested.init(torch.generator(1));
  const context = { training: true, generator: torch.generator(3) };
  const y = nested.apply(params, torch.ones([2, 3]), context);
  expectClose(y, hidden.apply(params[0][1], torch.zeros([2, 3])).relu(), 0);
  const last = sequential(relu(), dropout({ p: 1 }));
  expect(last.apply([{}, {}], torch.ones([2]), context).tolist()).toEqual([0, 0]);
});

test('mixes layers with a task axis and without, and is twice differentiable', () => {
  const deep = sequential(hidden, layerNorm({ normalizedShape: 4 }), head);
  const [first, norm, last] = deep.init(torch.generator(1));
  const params = [first, norm, expandTasks(last, 2)] as const;
  expectGradients(
    (x, weight) =>
      deep.apply(
        [
          { weight: first.weight.to('float64') },
          { weight: norm.weight.to('float64'), bias: norm.bias.to('float64') },
          { weight: weight as Tensor },
        ],
        x as Tensor,
      ),
    [float64([2, 3, 3]), params[2].weight.to('float64')],
  );
});

test('obeys rules for linear layers, and takes a task axis, only if every layer does', () => {
  const norm = layerNorm({ normalizedShape: 4 });
  const small = mlp({ sizes: [4, 4] });
  const all = sequential(hidden, relu(), gelu(), tanh(), dropout(), norm, small, head);
  expect([isRuled(all), all.tasks]).toEqual([true, true]);
  const convolution = conv1d({ inChannels: 3, outChannels: 3, kernelSize: 1 });
  const later = conv1d({ inChannels: 4, outChannels: 3, kernelSize: 1 });
  for (const some of [sequential(convolution, hidden), sequential(hidden, later)]) {
    expect([isRuled(some), some.tasks]).toEqual([false, true]);
  }
  const ofOneTask: Layer<NoParams> = { init: () => ({}), apply: (_, x) => x.sin() };
  for (const one of [sequential(ofOneTask, hidden), sequential(hidden, ofOneTask)]) {
    expect([isRuled(one), one.tasks]).toEqual([false, false]);
  }
});

test('refuses parameters of another number of layers', () => {
  const [first, second, third] = model.init(torch.generator(1));
  for (const [params, received] of [
    [[first, second], 'array of length 2'],
    [[first, second, third, third], 'array of length 4'],
    [{}, 'Object'],
    [undefined, 'undefined'],
  ] as const) {
    expect(() => model.apply(params as never, torch.ones([1, 3]))).toThrow(ArgumentTypeError);
    expect(() => model.apply(params as never, torch.ones([1, 3]))).toThrow(
      `Expected an array of length 3 for the parameters of sequential but received ${received}`,
    );
  }
});
