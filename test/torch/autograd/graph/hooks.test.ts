import { type HookHandle, type Tensor, torch } from '../../../../lib/torch/index';
import { collectUntil } from '../../../helpers/garbage';
import { reply, startWorker } from '../../../helpers/processes/torch-worker';

const leaf = (...values: number[]): Tensor => torch.tensor(values, { requiresGrad: true });
const mine = new Error('mine');
const fail = (): never => {
  throw mine;
};
/** Expects exactly the error of `fail`. */
function expectMine(fn: () => unknown): void {
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBe(mine);
}

describe('registerHook', () => {
  test('sees the gradient of a leaf and of what operators made, once for each pass', () => {
    const x = leaf(1, 2);
    const y = x.mul(3);
    const seen: [string, unknown][] = [];
    x.registerHook((g) => void seen.push(['x', g.tolist()]));
    y.registerHook((g) => void seen.push(['y', g.tolist()]));
    y.pow(2).sum().backward({ retainGraph: true });
    expect(seen).toEqual([
      ['y', [6, 12]],
      ['x', [18, 36]],
    ]);
  });

  test('what it returns takes the place of the gradient, in the order of registration', () => {
    const x = leaf(1, 2);
    const y = x.mul(3);
    y.registerHook((g) => g.add(1));
    y.registerHook((g) => g.mul(10));
    expect(torch.grad(y.sum(), x).tolist()).toEqual([60, 60]);
  });

  test('remove ends it, also from inside, and twice is harmless', () => {
    const x = leaf(1);
    let calls = 0;
    const handle: HookHandle = x.registerHook(() => {
      calls++;
      handle.remove();
    });
    x.mul(2).sum().backward();
    x.mul(2).sum().backward();
    handle.remove();
    expect(calls).toBe(1);
  });

  test('is recorded with createGraph', () => {
    const x = leaf(2);
    const y = x.mul(1);
    y.registerHook((g) => g.mul(x));
    const [first] = torch.grad(y.pow(2).sum(), [x], { createGraph: true });
    // 2y · x. Its derivative is 2y by x, and 2x by y, which the hook multiplies by x again.
    expect(first.tolist()).toEqual([8]);
    expect(torch.grad(first.sum(), x).tolist()).toEqual([4 + 8]);
  });

  test('its error is thrown by grad and backward, leaves nothing and the graph usable', () => {
    const x = leaf(1);
    const y = x.mul(2);
    const z = y.exp().sum();
    const handle = y.registerHook(fail);
    torch.assertNoLeaks(() => {
      expectMine(() => torch.grad(z, x, { retainGraph: true }));
      expectMine(() => z.backward({ retainGraph: true }));
    });
    handle.remove();
    expect(torch.grad(z, x).tolist()).toEqual([2 * Math.fround(Math.exp(2))]);
  });

  test('frees what it makes', () => {
    const x = leaf(1, 2);
    const y = x.mul(3);
    y.registerHook((g) => {
      g.mul(2);
      return g.add(1);
    });
    torch.assertNoLeaks(() => {
      torch.scope(() => torch.grad(y.sum(), x, { retainGraph: true }).tolist());
    });
  });

  test.each<[string, unknown, string]>([
    ['no tensor', 5, 'a tensor or nothing for the result of the hook'],
    ['a shape', torch.ones([3]), 'shape [2] for the result of the hook but received shape [3]'],
    ['a dtype', torch.ones([2], { dtype: 'float64' }), 'dtype float32 for the result of the hook'],
  ])('refuses %s', (_, found, message) => {
    const x = leaf(1, 2);
    x.registerHook(() => found as Tensor);
    expect(() => x.mul(2).sum().backward()).toThrow(message);
  });

  test('refuses what requires no gradients, and no function', () => {
    expect(() => torch.ones([2]).registerHook(() => undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
    );
    expect(() => leaf(1).registerHook(null as never)).toThrow(TypeError);
  });

  test('lives as long as its tensor, and no longer', async () => {
    const [kept, gone] = [leaf(1), leaf(1)];
    let calls = 0;
    const hookOf = (x: Tensor): WeakRef<object> => {
      const hook = () => void calls++;
      x.registerHook(hook);
      return new WeakRef(hook);
    };
    const [of, ofGone] = [hookOf(kept), hookOf(gone)];
    gone.dispose();
    await collectUntil(() => ofGone.deref() === undefined);
    expect([of.deref() !== undefined, ofGone.deref()]).toEqual([true, undefined]);
    kept.mul(2).sum().backward();
    expect(calls).toBe(1);
  });

  test('a thousand on one tensor, each removed, cost the next pass nothing', () => {
    const x = leaf(1);
    for (let i = 0; i < 1000; i++) x.registerHook(fail).remove();
    x.mul(2).sum().backward();
    expect(x.grad?.tolist()).toEqual([2]);
  });

  test('inside vmap it sees the gradient of one sample', () => {
    const shapes: number[][] = [];
    const x = torch.ones([3, 2]).requiresGrad_();
    const y = torch.vmap((row: Tensor) => {
      const doubled = row.mul(2);
      doubled.registerHook((g) => {
        shapes.push(g.shape);
        return g.mul(g.sum());
      });
      return doubled.mul(torch.tensor([1, 3])).sum();
    })(x);
    expect(torch.grad(y.sum(), x).tolist()).toEqual(Array(3).fill([8, 24]));
    expect(shapes).toEqual([[2]]);
  });

  test('backward into the operator that waits for the hook is refused', () => {
    const x = leaf(1);
    const y = x.mul(2);
    const z = y.mul(3);
    y.registerHook(() => void torch.grad(z, x, { retainGraph: true }));
    expect(() => torch.grad(z, x, { retainGraph: true })).toThrow(/wait for itself/);
  });
});

describe('registerPostAccumulateGradHook', () => {
  test('runs after accumulation: an optimizer without gradients', () => {
    const x = leaf(1, 2);
    x.registerPostAccumulateGradHook((p) => {
      torch.noGrad(() => p.sub_(p.grad as Tensor, { alpha: 0.5 }));
      p.grad = null;
    });
    x.pow(2).sum().backward();
    expect(x.detach().tolist()).toEqual([0, 0]);
    expect(x.grad).toBeNull();
  });

  test('throws its error, may be removed, and is not called by grad', () => {
    const x = leaf(1);
    const handle = x.registerPostAccumulateGradHook(fail);
    torch.grad(x.mul(2).sum(), x);
    expectMine(() => x.mul(2).sum().backward());
    handle.remove();
    x.mul(2).sum().backward();
    expect(x.grad?.tolist()).toEqual([4]);
  });

  test('refuses all but leaves', () => {
    const refused = expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' });
    const hook = () => undefined;
    expect(() => leaf(1).mul(2).registerPostAccumulateGradHook(hook)).toThrow(refused);
    expect(() => torch.ones([1]).registerPostAccumulateGradHook(hook)).toThrow(refused);
  });

  test('backward into the leaf that is accumulating is refused, not waited for', () => {
    const x = leaf(1);
    x.registerPostAccumulateGradHook((p) => torch.enableGrad(() => p.mul(2).sum().backward()));
    expect(() => x.mul(2).sum().backward()).toThrow(/wait for itself/);
  });
});

describe('retainGrad', () => {
  test('keeps the gradient of what is not a leaf, after its hooks', () => {
    const x = leaf(1);
    const y = x.mul(2);
    y.registerHook((g) => g.mul(5));
    y.retainGrad();
    y.mul(3).sum().backward();
    expect([y.grad?.tolist(), x.grad?.tolist()]).toEqual([[15], [30]]);
  });
});

describe('gradFn', () => {
  test('has a name, and leads to the leaves', () => {
    const [x, w] = [leaf(1), leaf(2)];
    const y = x.mul(w).add(torch.ones([1]));
    expect([y.gradFn?.name, String(y.gradFn), x.gradFn]).toEqual([
      'AddBackward0',
      '<AddBackward0>',
      null,
    ]);
    const [[product, place] = [], [none] = []] = y.gradFn?.nextFunctions ?? [];
    expect([product?.name, place, none]).toEqual(['MulBackward0', 0, null]);
    const ends = product?.nextFunctions.map(([node]) => node);
    expect(ends?.map((node) => node?.name)).toEqual([
      'torch::autograd::AccumulateGrad',
      'torch::autograd::AccumulateGrad',
    ]);
    expect(ends?.[1]?.variable?.equal(w)).toBe(true);
    expect(y.gradFn?.variable).toBeNull();
    expect(y.gradFn?.id).toBe(y.gradFn?.id);
    expect(product?.id).not.toBe(y.gradFn?.id);
  });

  test('does not keep its graph alive', () => {
    const x = leaf(1);
    const y = x.mul(3);
    const { gradFn } = y;
    expect(gradFn?.name).toBe('MulBackward1');
    y.dispose();
    expect(() => gradFn?.name).toThrow(expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }));
    expect(() => gradFn?.registerHook(fail)).toThrow('its graph has been freed');
  });

  test('stays that of its tensor, however many graphs come and go in a loop', () => {
    const x = torch.ones([2]).requiresGrad_();
    const kept = x.mul(x);
    const own = kept.gradFn;
    const gone = torch.scope(() => x.exp().gradFn);
    for (let i = 0; i < 5000; i++) {
      torch.scope(() => expect(x.add(x).gradFn?.name).toBe('AddBackward0'));
    }
    expect(own?.name).toBe('MulBackward0');
    expect(own?.id).toBe(kept.gradFn?.id);
    expect(() => gone?.name).toThrow(/its graph has been freed/);
  });

  test('its hooks see and change what it gives and gets', () => {
    const x = leaf(1);
    const y = x.mul(torch.tensor([3]));
    const seen: unknown[] = [];
    const list = (all: readonly (Tensor | null)[]) => all.map((g) => g?.tolist() ?? null);
    y.gradFn?.registerHook((gradInputs, gradOutputs) => {
      seen.push([list(gradInputs), list(gradOutputs)]);
      return gradInputs.map((g) => g?.mul(10) ?? null);
    });
    y.gradFn?.registerPrehook((gradOutputs) => gradOutputs.map((g) => g?.add(1) ?? null));
    expect(torch.grad(y.sum(), x).tolist()).toEqual([60]);
    expect(seen).toEqual([[[[6], null], [[2]]]]);
  });

  test('its hooks throw their errors, are checked and removed', () => {
    const x = leaf(1);
    const y = x.mul(3);
    const first = y.gradFn?.registerHook(fail);
    expectMine(() => torch.grad(y.sum(), x, { retainGraph: true }));
    first?.remove();
    const second = y.gradFn?.registerHook(() => [torch.ones([4])]);
    expect(() => torch.grad(y.sum(), x, { retainGraph: true })).toThrow(
      'Expected shape [1] for gradient 0 of the result of the hook',
    );
    second?.remove();
    const third = y.gradFn?.registerPrehook(() => []);
    expect(() => torch.grad(y.sum(), x, { retainGraph: true })).toThrow('an array of 1 gradients');
    third?.remove();
    expect(torch.grad(y.sum(), x).tolist()).toEqual([3]);
  });
});

test('a worker that ends inside a hook ends alone', async () => {
  const worker = startWorker(`
    const x = torch.tensor([1], { requiresGrad: true });
    x.registerHook(() => { parentPort.postMessage('in'); for (;;) torch.scope(() => x.add(1)); });
    x.mul(2).sum().backward();
  `);
  expect(await reply(worker)).toBe('in');
  expect(await worker.terminate()).toBe(1);
  const other = startWorker(`
    class Twice extends torch.autograd.Function {
      static forward(ctx, x) { return x.mul(2); }
      static backward(ctx, g) { return g.mul(2); }
    }
    const x = torch.tensor([1], { requiresGrad: true });
    parentPort.postMessage(torch.grad(Twice.apply(x).sum(), x).item());
  `);
  expect(await reply(other)).toBe(2);
  await other.terminate();
});
