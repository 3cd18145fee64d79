import { adam, adamW, type Optimizer, rmsprop, sgd } from '../../lib/optim';
import { disposeTree, leaves, torch } from '../../lib/torch';
import { begin, codeOf, DONATED, expected, live, slope, start, step } from '../helpers/donation';
import { numbers } from '../helpers/gradients';
import { replaceSteps, runSteps, startParams } from '../helpers/learners/optimizers';

describe.each<[string, () => Optimizer]>([
  ['adam', () => adam({ learningRate: 0.1, amsgrad: true })],
  ['adamW', () => adamW({ learningRate: 0.1 })],
  ['sgd', () => sgd({ learningRate: 0.1, momentum: 0.9 })],
  ['sgd without momentum', () => sgd({ learningRate: 0.1 })],
  ['rmsprop', () => rmsprop({ learningRate: 0.1, momentum: 0.5, centered: true })],
])('%s in torch.replace', (_, make) => {
  test('takes the same steps', () => {
    torch.scope(() => {
      const pure = torch.noGrad(() => runSteps(make(), startParams()));
      const replaced = replaceSteps(make(), startParams());
      expect(numbers(replaced.weight)).toEqual(numbers(pure.weight));
      expect(numbers(replaced.bias)).toEqual(numbers(pure.bias));
    });
  });

  test('holds as many tensors and bytes after 100 steps as after one', () => {
    const optimizer = make();
    let run = step(optimizer, begin(optimizer));
    const held = live();
    for (let i = 0; i < 100; i++) run = step(optimizer, run);
    expect(live()).toEqual(held);
    disposeTree(run);
  });

  test('its first state leaves nothing behind', () => {
    const params = start();
    const { state } = torch.assertNoLeaks(() => begin(make(), params));
    disposeTree([params, state]);
  });

  test('makes parameters that require gradients as the old ones did, and no graph', () => {
    const optimizer = make();
    const run = step(optimizer, begin(optimizer));
    expect([run.params.w.requiresGrad, run.params.w.isLeaf]).toEqual([true, true]);
    expect(leaves(run.state).some(({ requiresGrad }) => requiresGrad)).toBe(false);
    const frozen = { w: torch.ones([2]) };
    const still = torch.replace(begin(optimizer, frozen), ({ params, state }) =>
      optimizer.update({ w: torch.ones([2]) }, state, params),
    );
    expect(still.params.w.requiresGrad).toBe(false);
  });

  test('consumes parameters and state: to read them afterwards is an error that says why', () => {
    const optimizer = make();
    const old = begin(optimizer);
    torch.replace(old, ({ params, state }) => {
      const next = optimizer.update(slope(params), state, params);
      expect(() => params.w.add(1)).toThrow(DONATED);
      for (const tensor of leaves(state)) expect(() => tensor.add(1)).toThrow(DONATED);
      return next;
    });
    expect(codeOf(() => old.params.w.sum())).toBe('ERR_TORCH_DISPOSED');
    expect(old.params.w.isDisposed).toBe(true);
    old.params.w.dispose();
  });

  test('an update that is refused consumes nothing', () => {
    const optimizer = make();
    const old = begin(optimizer);
    const wrong = () =>
      torch.replace(old, ({ params, state }) =>
        optimizer.update({ w: torch.ones([7]) }, state, params),
      );
    expect(wrong).toThrow('gradients');
    expect(numbers(step(optimizer, old).params.w)).toEqual(expected(optimizer));
  });

  test('an error after an update leaves nothing behind but the old tree, which is consumed', () => {
    const optimizer = make();
    const old = begin(optimizer);
    const before = live().tensors - leaves(old).length;
    const failing = () =>
      torch.replace(old, ({ params, state }) => {
        optimizer.update(slope(params), state, params);
        throw new Error('mine');
      });
    expect(failing).toThrow('mine');
    expect(live().tensors).toBe(before);
    expect(() => step(optimizer, old)).toThrow(DONATED);
  });
});

test('what a graph from before the step has saved is not overwritten', () => {
  const optimizer = adam({ learningRate: 0.1 });
  const w = torch.tensor([1, 2, 3], { requiresGrad: true });
  const k = torch.tensor([2], { requiresGrad: true });
  const make = () => w.mul(k).sum();
  const graphs = [
    make(),
    torch.autograd.savedTensorsHooks(
      (t) => t,
      (t) => t,
      make,
    ),
  ];
  const begun = { params: { w }, state: optimizer.init({ w }) };
  const moved = torch.replace(begun, ({ params, state }) =>
    optimizer.update(torch.grad(params.w.square().sum(), params), state, params),
  );
  for (const graph of graphs) expect(torch.grad(graph, [k])[0]?.tolist()).toEqual([6]);
  expect(numbers(moved.params.w)).toEqual([0.9, 1.9, 2.9].map((value) => expect.closeTo(value, 5)));
});
