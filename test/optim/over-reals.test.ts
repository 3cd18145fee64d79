import { adam, adamW, type Optimizer, rmsprop } from '../../lib/optim';
import { torch } from '../../lib/torch';

const complex = (...values: [number, number][]) =>
  torch.tensor(
    values.map(([re, im]) => ({ re, im })),
    { dtype: 'complex128' },
  );
const GRADIENTS = [complex([1, -1], [0.5, 2]), complex([-2, 0.25], [1, -3])];

// Two steps of PyTorch 2.13 from 1 + 2i and −3 + 0.5i.
test.each<[string, Optimizer, number[][]]>([
  [
    'adam',
    adam({ learningRate: 0.1 }),
    [
      [0.9366103534720749, 2.1469468154765416],
      [-3.1965181993614906, 0.42477018201626876],
    ],
  ],
  [
    'adam by the greatest',
    adam({ learningRate: 0.1, amsgrad: true, weightDecay: 0.1 }),
    [
      [0.9310642948391922, 2.1209735303415647],
      [-3.190120152304362, 0.4230476626013823],
    ],
  ],
  [
    'adamW',
    adamW({ learningRate: 0.1, weightDecay: 0.1 }),
    [
      [0.9177103534620749, 2.1061468154865417],
      [-3.1358181993814904, 0.41582018201126875],
    ],
  ],
  [
    'rmsprop',
    rmsprop({ learningRate: 0.1 }),
    [
      [0.895323021991522, 2.7563148343386867],
      [-4.895322681911416, 0.33333336018518356],
    ],
  ],
  [
    'rmsprop, centered',
    rmsprop({ learningRate: 0.1, centered: true, momentum: 0.9 }),
    [
      [-0.013332180395310601, 3.6652501785584515],
      [-5.813024066883761, -0.5759037505994609],
    ],
  ],
])('%s takes real and imaginary parts for numbers of their own', (_, optimizer, expected) => {
  const params = { w: complex([1, 2], [-3, 0.5]).requiresGrad_() };
  let run = { params, state: optimizer.init(params) };
  for (const w of GRADIENTS) {
    run = torch.replace(run, ({ params: old, state }) => optimizer.update({ w }, state, old));
  }
  expect(run.params.w.dtype).toBe('complex128');
  expect(run.params.w.isLeaf && run.params.w.requiresGrad).toBe(true);
  const found = torch.viewAsReal(run.params.w.detach()).tolist() as number[][];
  expect(found).toEqual(expected.map((pair) => pair.map((value) => expect.closeTo(value, 12))));
});

test('gradients flow through a step of complex numbers', () => {
  const optimizer = adam({ learningRate: 0.1 });
  const w = complex([1, 2], [-3, 0.5]).requiresGrad_();
  const moved = optimizer.update({ w: GRADIENTS[0]?.clone() ?? w }, optimizer.init({ w }), { w });
  const [gradient] = torch.grad(moved.params.w.abs().sum(), [w]);
  expect(gradient?.abs().tolist()).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)]);
});
