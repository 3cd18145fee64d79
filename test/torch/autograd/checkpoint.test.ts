import fc from 'fast-check';
import { disposeTree, type Tensor, torch } from '../../../lib/torch/index';
import { expectClose, float64 } from '../../helpers/gradients';

const x = float64([4, 3]);
const w = float64([3, 3], 2);
const mine = (): never => {
  throw new Error('mine');
};

/** Counts the calls of a function. */
function counted<A extends readonly unknown[], O>(fn: (...args: A) => O) {
  const calls = { count: 0 };
  const wrapped = (...args: A): O => {
    calls.count++;
    return fn(...args);
  };
  return { calls, wrapped };
}

const layer = (a: Tensor, p: Tensor): Tensor => a.matmul(p).tanh().pow(2).sin();

function leafOf(tensor: Tensor): Tensor {
  return tensor.detach().requiresGrad_();
}

test('the same gradients, bit by bit, for one more forward pass', () => {
  const [a, p] = [leafOf(x), leafOf(w)];
  const { calls, wrapped } = counted(layer);
  const result = torch.checkpoint(wrapped, a, p);
  expect(calls.count).toBe(1);
  const found = torch.grad(result.sum(), [a, p]);
  expect(calls.count).toBe(2);
  const expected = torch.grad(layer(a, p).sum(), [a, p]);
  found.forEach((gradient, i) => {
    expect(gradient.equal(expected[i] as Tensor)).toBe(true);
  });
});

test('reaches tensors from around the function, and accumulates with backward', () => {
  const [a, p] = [leafOf(x), leafOf(w)];
  torch
    .checkpoint((b: Tensor) => layer(b, p), a)
    .sum()
    .backward();
  const expected = torch.grad(layer(a, p).sum(), [a, p]);
  expectClose(a.grad as Tensor, expected[0] as Tensor, 0);
  expectClose(p.grad as Tensor, expected[1] as Tensor, 0);
});

describe('gradients through the graph that is being made again are refused, not waited for', () => {
  const refused = expect.objectContaining({
    code: 'ERR_TORCH_AUTOGRAD',
    message: expect.stringContaining('made again in backward'),
  });

  test.each<[string, (output: Tensor, a: Tensor) => unknown]>([
    ['by grad', (output, a) => torch.grad(output.sum(), a, { retainGraph: true })],
    ['by backward', (output) => output.sum().backward(undefined, { retainGraph: true })],
    [
      'inside vmap',
      (output, a) => torch.vmap((v: Tensor) => torch.grad(output, a, { gradOutputs: v }))(x),
    ],
  ])('%s', (_, again) => {
    const a = leafOf(x);
    let output: Tensor | undefined;
    output = torch.checkpoint((b: Tensor) => {
      const result = layer(b, w);
      if (output !== undefined) again(output, a);
      return result;
    }, a);
    expect(() => torch.grad((output as Tensor).sum(), a, { retainGraph: true })).toThrow(refused);
    // Nothing is left over from it.
    const other = torch.checkpoint((b: Tensor) => layer(b, w), a);
    expectClose(torch.grad(other.sum(), a), torch.grad(layer(a, w).sum(), a), 0);
  });

  test('of a part of the region, before that part is there', () => {
    const a = leafOf(x);
    const parts: Tensor[] = [];
    const output = torch.checkpoint((b: Tensor) => {
      if (parts.length > 0) torch.grad((parts[0] as Tensor).sum(), a, { retainGraph: true });
      const part = b.sin();
      parts.push(part);
      return part.exp();
    }, a);
    expect(() => torch.grad(output.sum(), a)).toThrow(refused);
  });

  test('through what comes before the region they may be taken', () => {
    const a = leafOf(x);
    const before = a.sin();
    const output = torch.checkpoint((b: Tensor) => {
      const slope = torch.grad(before.sum(), a, { retainGraph: true });
      return b.mul(slope.detach()).exp();
    }, before);
    const expected = torch.grad(before.mul(a.cos().detach()).exp().sum(), a, { retainGraph: true });
    expectClose(torch.grad(output.sum(), a), expected);
  });
});

test('chains, trees and other arguments', () => {
  type Parts = { weights: readonly Tensor[]; scale: number; none: null };
  const parts: Parts = { weights: [leafOf(w), leafOf(w)], scale: 2, none: null };
  const block = (b: Tensor, { weights, scale }: Parts): { out: Tensor; sum: Tensor } => {
    const out = weights.reduce(layer, b).mul(scale);
    return { out, sum: out.sum() };
  };
  const run = (call: typeof block): Tensor[] => {
    const first = call(leafOf(x), parts);
    const second = call(first.out, parts);
    return torch.grad(second.sum.add(first.sum), [...parts.weights]);
  };
  const expected = run(block);
  run((b, p) => torch.checkpoint(block, b, p)).forEach((gradient, i) => {
    expectClose(gradient, expected[i] as Tensor, 0);
  });
});

test('nests: the inner function runs once more for each time the outer does', () => {
  const [a, p] = [leafOf(x), leafOf(w)];
  const inner = counted(layer);
  const outer = counted((b: Tensor) =>
    layer(torch.checkpoint(inner.wrapped, layer(b, p), p), p).mul(b),
  );
  const found = torch.grad(torch.checkpoint(outer.wrapped, a).sum(), [a, p]);
  const expected = torch.grad(
    layer(layer(layer(a, p), p), p)
      .mul(a)
      .sum(),
    [a, p],
  );
  found.forEach((gradient, i) => {
    expectClose(gradient, expected[i] as Tensor, 0);
  });
  expect([outer.calls.count, inner.calls.count]).toEqual([2, 3]);
});

test('gradients of gradients, to the third order', () => {
  const run = (call: (a: Tensor, p: Tensor) => Tensor): Tensor[] => {
    const [a, p] = [leafOf(x), leafOf(w)];
    const options = { createGraph: true };
    const [first] = torch.grad(call(a, p).sum(), [a, p], options);
    const [, second] = torch.grad(first?.pow(2).sum() ?? a, [a, p], options);
    return torch.grad(second?.sin().sum() ?? a, [a, p]);
  };
  const expected = run(layer);
  run((a, p) => torch.checkpoint(layer, a, p)).forEach((gradient, i) => {
    expectClose(gradient, expected[i] as Tensor);
  });
  expect(torch.gradcheck((a, p) => torch.checkpoint(layer, a, p), [leafOf(x), leafOf(w)])).toBe(
    true,
  );
  expect(torch.gradgradcheck((a) => torch.checkpoint(layer, a, w), leafOf(x))).toBe(true);
});

test('gradients taken inside: a step of an inner loop', () => {
  const step = (p: Tensor): Tensor => {
    const [gradient] = torch.grad(layer(x, p).sum(), [p], { createGraph: true });
    return p.sub((gradient ?? p).mul(0.1));
  };
  const run = (call: (p: Tensor) => Tensor): Tensor => {
    const p = leafOf(w);
    return torch.grad(layer(x, call(call(call(p)))).sum(), p);
  };
  const { calls, wrapped } = counted(step);
  expectClose(
    run((p) => torch.checkpoint(wrapped, p)),
    run(step),
  );
  expect(calls.count).toBe(6);
});

test('vmap inside, and refused around', () => {
  const p = leafOf(w);
  const rows = (a: Tensor): Tensor => torch.vmap((row: Tensor) => row.matmul(p).tanh())(a);
  expectClose(torch.grad(torch.checkpoint(rows, x).sum(), p), torch.grad(rows(x).sum(), p));
  expect(() => torch.vmap((row: Tensor) => torch.checkpoint(layer, row, p))(x)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_VMAP' }),
  );
  // The rows of a Jacobian come from one pass of vmap, which calls the function again.
  expectClose(
    torch.jacobian((a) => torch.checkpoint(layer, a, w), x),
    torch.jacobian((a) => layer(a, w), x),
  );
});

describe('what the function draws is drawn again', () => {
  const drop = (a: Tensor, generator?: ReturnType<typeof torch.generator>): Tensor =>
    a.mul(x.bernoulli(0.5, generator === undefined ? {} : { generator })).pow(2);

  test('from its own generator, a fork, a new one and the default one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        torch.scope(() => {
          const a = leafOf(x);
          const generator = torch.generator(seed);
          torch.manualSeed(seed);
          const result = torch.checkpoint((b: Tensor) => {
            const fork = generator.fork();
            const own = torch.generator(5);
            return drop(drop(drop(drop(b, generator), fork), own));
          }, a);
          const next = torch.rand([2], { generator });
          const gradient = torch.grad(result.sum(), a, { retainGraph: true });
          // Σ x^16 · masks: the gradient of what was drawn in the first run is 16 · result / x.
          expectClose(gradient.mul(a), result.mul(16));
          torch.grad(result.sum(), a);
          const after = torch.rand([2], { generator });
          const fresh = torch.generator(seed);
          fresh.fork();
          x.bernoulli(0.5, { generator: fresh });
          expectClose(next, torch.rand([2], { generator: fresh }), 0);
          expectClose(after, torch.rand([2], { generator: fresh }), 0);
          expect(generator.fork().seed).toBe(fresh.fork().seed);
        });
      }),
      { numRuns: 10 },
    );
  });

  /** Asserts that a product with a power of the input was made of the same factors in both runs. */
  function expectSameFactors(run: (b: Tensor) => Tensor, power = 1): void {
    const a = leafOf(x);
    const result = torch.checkpoint(run, a);
    expectClose(torch.grad(result.sum(), a).mul(a), result.mul(power));
  }
  const rand = (generator?: ReturnType<typeof torch.generator>): Tensor =>
    torch.rand([4, 3], { dtype: 'float64', ...(generator && { generator }) });

  test('from a generator that is only drawn from', () => {
    const generator = torch.generator(3);
    expectSameFactors((b) => b.mul(rand(generator)).mul(rand(generator)));
  });

  test('from a generator that the function seeds after a fork', () => {
    const generator = torch.generator(3);
    expectSameFactors((b) => {
      const factor = rand(generator.fork());
      generator.manualSeed(99);
      return b.mul(factor).mul(rand(generator));
    });
    expect(generator.seed).toBe(99n);
    expect(generator.fork().seed).toBe(torch.generator(99).fork().seed);
  });

  test('in a checkpoint inside, and after it', () => {
    const [inner, later] = [torch.generator(3), torch.generator(4)];
    const both = (b: Tensor): Tensor =>
      torch.checkpoint((c: Tensor) => c.mul(rand(inner)), b).mul(rand(later));
    expectSameFactors(both);
    // The square keeps what the checkpoint inside gave.
    expectSameFactors((b) => both(b).pow(2), 2);
  });

  test('where a gradient taken inside runs a checkpoint from around again', () => {
    const generator = torch.generator(3);
    const p = leafOf(x);
    const around = torch.checkpoint((c: Tensor) => c.sin().mul(rand(generator)), p).sum();
    expectSameFactors((b) => {
      const factor = torch.grad(around, p, { retainGraph: true });
      return b.mul(factor.detach()).mul(rand(generator));
    });
  });

  test('without tensors among the inputs', () => {
    const p = leafOf(x);
    const result = torch.checkpoint(() => p.mul(rand()));
    expectClose(torch.grad(result.sum(), p).mul(p), result);
  });

  test('in the autocast of the first run', () => {
    const a = torch.ones([2, 2]).requiresGrad_();
    const dtypes: string[] = [];
    const result = torch.autocast('cpu', 'bfloat16', () =>
      torch.checkpoint((b: Tensor) => {
        const product = b.matmul(b);
        dtypes.push(product.dtype);
        return product;
      }, a),
    );
    expect(torch.grad(result.to('float32').sum(), a).dtype).toBe('float32');
    expect(dtypes).toEqual(['bfloat16', 'bfloat16']);
    expect(torch.isAutocastEnabled('cpu')).toBe(false);
  });
});

describe('errors', () => {
  test('in backward are those of the function', () => {
    const a = leafOf(x);
    let fail = false;
    class Mine extends Error {}
    const thrown = new Mine('mine');
    const result = torch.checkpoint((b: Tensor) => {
      if (fail) throw thrown;
      return layer(b, w);
    }, a);
    fail = true;
    const before = torch.memory().tensors;
    for (const run of [
      () => torch.grad(result.sum(), a, { retainGraph: true }),
      () => result.sum().backward(undefined, { retainGraph: true }),
    ]) {
      let caught: unknown;
      try {
        torch.scope(run);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
    }
    expect(torch.memory().tensors).toBe(before);
    fail = false;
    expectClose(torch.grad(result.sum(), a), torch.grad(layer(a, w).sum(), a), 0);
  });

  test('in the first run leave nothing open', () => {
    const a = leafOf(x);
    expect(() => torch.checkpoint(mine)).toThrow('mine');
    expect(() => torch.checkpoint(async (b: Tensor) => b.sin(), a)).toThrow('returned a promise');
    const { calls, wrapped } = counted((b: Tensor) => b.sin());
    torch.grad(wrapped(a).sum(), a);
    expect(calls.count).toBe(1);
  });

  test('a function that does not do the same again', () => {
    const a = leafOf(x);
    let power = 1;
    const more = torch.checkpoint((b: Tensor) => (power++ === 1 ? b.sin() : b.sin().exp()), a);
    expect(() => torch.grad(more.sum(), a)).toThrow(/save the same tensors/);
    power = 1;
    const fewer = torch.checkpoint((b: Tensor) => (power++ === 1 ? b.sin().exp() : b.sin()), a);
    expect(() => torch.grad(fewer.sum(), a)).toThrow(/save the same tensors/);
  });

  test('an input that has been changed, and a tensor that has been disposed of', () => {
    const a = leafOf(x);
    const middle = a.mul(2);
    const result = torch.checkpoint((b: Tensor) => b.sin(), middle);
    middle.add_(1);
    expect(() => torch.grad(result.sum(), a)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
    );
    const around = w.mul(2);
    const other = torch.checkpoint((b: Tensor) => layer(b, around), a);
    around.dispose();
    expect(() => torch.grad(other.sum(), a)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }),
    );
  });
});

test('without recording it is a plain call', () => {
  const { calls, wrapped } = counted(layer);
  expect(torch.noGrad(() => torch.checkpoint(wrapped, leafOf(x), w)).requiresGrad).toBe(false);
  expect(torch.checkpoint(wrapped, x, w).requiresGrad).toBe(false);
  expect(calls.count).toBe(2);
  const rows = torch.vmap((row: Tensor) => torch.checkpoint(layer, row, w));
  expectClose(
    torch.noGrad(() => rows(x)),
    layer(x, w),
  );
});

test('inputs may be disposed of before backward, and nothing stays after', () => {
  const before = torch.memory().tensors;
  torch.scope(() => {
    const a = leafOf(x);
    const loss = torch.scope(() => torch.checkpoint(layer, a.mul(2), w).sum());
    expectClose(torch.grad(loss, a), torch.grad(layer(a.mul(2), w).sum(), a), 0);
    const tree = ({ at: [b] }: { at: readonly [Tensor] }): Tensor => layer(b, w);
    const other = torch.scope(() => torch.checkpoint(tree, { at: [a.mul(2)] }).sum());
    expectClose(torch.grad(other, a), torch.grad(layer(a.mul(2), w).sum(), a), 0);
  });
  expect(torch.memory().tensors).toBe(before);
  const a = leafOf(x);
  const loss = torch.scope(() => torch.checkpoint(layer, a, w).sum());
  // Outside of scopes, too: what the second run makes is not left to the garbage collector.
  const gradient = torch.grad(loss, a);
  expect(torch.memory().tensors).toBe(before + 3);
  disposeTree([a, loss, gradient]);
});

test('activations are not kept', () => {
  const deep = (a: Tensor): Tensor =>
    torch.scope(() => {
      let y = a;
      for (let i = 0; i < 5; i++) y = y.sin();
      return y;
    });
  const kept = (call: (a: Tensor) => Tensor): number => {
    const a = torch.ones([2 ** 18]).requiresGrad_();
    const before = torch.memoryStats().allocatedBytes;
    const result = torch.scope(() => call(call(a)));
    const bytes = torch.memoryStats().allocatedBytes - before;
    disposeTree([a, result]);
    return bytes / 2 ** 20;
  };
  // A tensor is 1 MiB. Sines keep what they are given: nine results and, as the tenth, the last.
  expect(kept(deep)).toBe(10);
  // What the second region was given, and the last result.
  expect(kept((a) => torch.checkpoint(deep, a))).toBe(2);
});
