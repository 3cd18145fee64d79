import { adam, sgd } from '../../lib/optim';
import { disposeTree, leaves, type Tensor, torch } from '../../lib/torch';
import {
  begin,
  codeOf,
  DONATED,
  expected,
  live,
  type Params,
  slope,
  start,
  step,
} from '../helpers/donation';
import { numbers } from '../helpers/gradients';

describe('memory that something else shows is copied, not overwritten:', () => {
  const optimizer = adam({ learningRate: 0.1 });
  const after = expected(optimizer);

  /** Takes a step on parameters that `show` has looked at, and asserts that it still sees the old values. */
  function expectKept(show: (params: Params) => () => number[], params: Params = start()): void {
    const run = begin(optimizer, params);
    const look = show(params);
    const before = look();
    const next = step(optimizer, run);
    expect(look()).toEqual(before);
    expect(numbers(next.params.w)).toEqual(after);
    disposeTree(next);
  }

  test('nothing else does: the new parameters lie where the old ones did', () => {
    const { params, state } = torch.replace(begin(optimizer), (run) => {
      const gradients = slope(run.params);
      const { bytes } = live();
      const next = optimizer.update(gradients, run.state, run.params);
      expect(live().bytes).toBe(bytes);
      return next;
    });
    expect(numbers(params.w)).toEqual(after);
    disposeTree([params, state]);
  });

  test('another handle of the same tensor', () => {
    expectKept(({ w }) => {
      const same = w.contiguous();
      return () => numbers(same);
    });
  });

  test('an average of parameters that shares their memory', () => {
    expectKept(({ w }) => {
      const average = w.detach();
      return () => numbers(average);
    });
  });

  test('a part of it', () => {
    expectKept(({ w }) => {
      const row = w.detach().select(0, 1);
      return () => numbers(row);
    });
  });

  test('a token for other threads', () => {
    expectKept(({ w }) => {
      const token = w.share();
      return () => torch.scope(() => numbers(torch.fromShared(token)));
    });
  });

  test('a typed array', () => {
    const array = Float32Array.of(1, 2, 3, 4);
    const w = torch.tensor(array, { shape: [2, 2], share: true }).requiresGrad_();
    expectKept(() => () => [...array], { w });
  });

  test.each<[string, (w: Tensor) => Tensor]>([
    ['the same tensor at a second place', (w) => w],
    ['a parameter that is a view of another', (w) => w.detach().requiresGrad_()],
  ])('%s', (_, make) => {
    const { w } = start();
    const params = { w, other: make(w) };
    const next = torch.replace({ params, state: optimizer.init(params) }, (run) => {
      const gradients = { ...slope(run.params), other: torch.zeros([2, 2]) };
      return optimizer.update(gradients, run.state, run.params);
    });
    expect(numbers(next.params.w)).toEqual(after);
    expect(numbers(next.params.other)).toEqual([1, 2, 3, 4]);
    expect(w.isDisposed).toBe(true);
    disposeTree(next);
  });

  test.each<[string, (p: Tensor) => Tensor]>([
    ['gradients that are views of parameters', (p) => p.detach()],
    ['gradients that are the parameters themselves', (p) => p],
  ])('%s', (_, make) => {
    // The first step takes in the weights' decay too, by the sign of the sum.
    const decaying = adam({ learningRate: 0.1, weightDecay: 1 });
    const own = torch.replace(begin(decaying), (run) =>
      decaying.update({ w: make(run.params.w) }, run.state, run.params),
    );
    expect(numbers(own.params.w).map((x) => Math.round(10 * x))).toEqual([9, 19, 29, 39]);
    // m = (1 − β₁)·(g + λ·p).
    const [first] = leaves(own.state.firstMoment);
    expect(first && numbers(first).map((x) => x.toFixed(3))).toEqual([
      '0.200',
      '0.400',
      '0.600',
      '0.800',
    ]);
    disposeTree(own);
  });
});

describe('what fn itself has made of the donated memory', () => {
  const optimizer = adam({ learningRate: 0.1 });

  test('cannot be read after the update', () => {
    torch.replace(begin(optimizer), ({ params, state }) => {
      const [view, copy] = [params.w.detach().t(), params.w.detach().clone()];
      const next = torch.scope(() => optimizer.update(slope(params), state, params));
      expect(() => view.sum()).toThrow(DONATED);
      expect(numbers(copy)).toEqual([1, 2, 3, 4]);
      return next;
    });
  });

  test('cannot be returned', () => {
    const leaking = () =>
      torch.replace(begin(optimizer), ({ params, state }) => {
        const view = params.w.detach();
        return { ...optimizer.update(slope(params), state, params), view };
      });
    expect(leaking).toThrow("Expected a live tensor for 'view' in the result of fn");
  });

  test('is not donated where a graph from before has saved it', () => {
    const { w } = start();
    const loss = w.square().sum();
    step(optimizer, begin(optimizer, { w }));
    expect(codeOf(() => torch.grad(loss, [w]))).toBe('ERR_TORCH_DISPOSED');
    expect(codeOf(() => loss.backward())).toBeUndefined();
  });
});

describe('an update is pure where it does not take all that is being replaced:', () => {
  const optimizer = sgd({ learningRate: 0.1 });

  test('an inner step with a state of its own is recorded', () => {
    const run = torch.replace(begin(optimizer), ({ params, state }) => {
      const inner = torch.grad(params.w.square().sum(), params, { createGraph: true });
      const fast = optimizer.update(inner, optimizer.init(params), params).params;
      const gradients = torch.grad(fast.w.square().sum(), params);
      // d/dw (w − 0.1·2w)² = 2·0.8²·w.
      expect(numbers(gradients.w).map((x) => x.toFixed(4))).toEqual(
        [1.28, 2.56, 3.84, 5.12].map((x) => x.toFixed(4)),
      );
      return optimizer.update(gradients, state, params);
    });
    disposeTree(run);
  });

  test('an inner loop that replaces its own weights leaves the outer ones', () => {
    const run = torch.replace(begin(optimizer), ({ params, state }) => {
      const from = { w: params.w.detach().requiresGrad_() };
      let inner = { params: from, state: optimizer.init(from) };
      for (let k = 0; k < 3; k++) inner = step(optimizer, inner);
      expect(numbers(params.w)).toEqual([1, 2, 3, 4]);
      return { params, state, fast: inner.params };
    });
    expect(numbers(run.fast.w)[0]).toBeCloseTo(0.8 ** 3, 6);
    disposeTree(run);
  });
});
