import { inspect } from 'node:util';
import { type Tensor, torch } from '../../../lib/torch/index';
import { expectClose, float64 } from '../../helpers/gradients';
import { expectLikeLoop, loop } from '../../helpers/like-loop';

const x = float64([5, 3]);
const y = float64([5, 3], 2);
const w = float64([3, 4], 3);

afterEach(() => {
  // No level may stay behind.
  expect(torch.ones([2]).sum().item()).toBe(2);
});

describe('values', () => {
  test('equal a loop', () => {
    expectLikeLoop((a, b) => a.dot(b), [x, y]);
    expectLikeLoop((a) => [a.matmul(w).softmax(0), { sum: a.sum() }], [x]);
    expectLikeLoop((a) => a.msort().narrow(0, 1, 2), [float64([4, 6])]);
  });

  test('inDims and outDims, negative ones too', () => {
    const columns = torch.vmap((a: Tensor, b: Tensor) => a.mul(b), {
      inDims: [1, -1],
      outDims: -1,
    });
    expectClose(columns(x, y), x.mul(y));
    const moved = torch.vmap((a: Tensor) => a.mul(2), { outDims: 1 })(x);
    expectClose(moved, x.mul(2).mT);
  });

  test('trees of arguments, dimensions and results', () => {
    type Layer = { weight: Tensor; scales: readonly [Tensor, Tensor] };
    const layer: Layer = { weight: w, scales: [x.select(1, 0), x.select(1, 1)] };
    const result = torch.vmap(
      (p: Layer, a: Tensor, times: number) => ({
        value: a.matmul(p.weight).mul(p.scales[0]).mul(times),
        rest: [p.scales[1].exp()] as const,
      }),
      { inDims: [{ weight: null, scales: [0, 0] }, 0, null], outDims: { value: 1, rest: 0 } },
    )(layer, y, 3);
    expectClose(
      result.value,
      y
        .matmul(w)
        .mul(x.narrow(1, 0, 1))
        .mul(3).mT,
    );
    expectClose(result.rest[0], x.select(1, 1).exp());
  });

  test('a result that does not vary is repeated', () => {
    const result = torch.vmap((_: Tensor) => w)(x);
    expect(result.shape).toEqual([5, 3, 4]);
    expectClose(result.select(0, 4), w);
  });

  test('nests', () => {
    const outer = torch.vmap((a: Tensor) => torch.vmap((b: Tensor) => a.mul(b).sum())(y));
    expectClose(outer(x), x.matmul(y.mT));
    const swapped = torch.vmap(
      (a: Tensor) => torch.vmap((b: Tensor) => b.sub(a), { inDims: 1, outDims: 1 })(y),
      { inDims: 1, outDims: 2 },
    );
    // [row, inner, outer]
    expectClose(swapped(x), y.unsqueeze(2).sub(x.unsqueeze(1)));
  });

  test('operators without a rule of their own work too', () => {
    expectLikeLoop((a) => a.histc(4, { min: -2, max: 2 }), [x]);
  });
});

test('facts about a tensor are those of one sample', () => {
  const facts: unknown[] = [];
  torch.vmap((a: Tensor) => {
    facts.push(a.shape, a.ndim, a.numel(), a.dim(), a.size(-1), a.stride(0), a.isFloatingPoint());
    facts.push(a.isContiguous(), a.dtype, a.device, a.isComplex());
    return a;
  })(torch.ones([5, 3, 2]));
  expect(facts).toEqual([[3, 2], 2, 6, 2, 2, 2, true, true, 'float32', 'cpu', false]);
});

describe('gradients', () => {
  test('through vmap from outside', () => {
    const a = x.detach().requiresGrad_();
    const b = w.detach().requiresGrad_();
    const fn = (s: Tensor): Tensor => s.matmul(b).tanh().pow(2).sum();
    const found = torch.grad(torch.vmap(fn)(a).sum(), [a, b]);
    const expected = torch.grad(loop(fn, [a])[0]?.sum() ?? a, [a, b]);
    found.forEach((gradient, i) => {
      expectClose(gradient, expected[i] as Tensor);
    });
  });

  test('inside, with respect to what varies', () => {
    expectLikeLoop(
      (a, b) => {
        const own = a.detach().requiresGrad_();
        expect([own.requiresGrad, own.isLeaf]).toEqual([true, true]);
        return torch.grad(own.mul(b).tanh().sum(), own);
      },
      [x, y],
    );
  });

  test('inside, with respect to what all samples share', () => {
    const shared = w.detach().requiresGrad_();
    expectLikeLoop((a) => torch.grad(a.matmul(shared).tanh().sum(), shared), [x]);
    expectLikeLoop(
      (a, b) => {
        const own = b.detach().requiresGrad_();
        const loss = a.matmul(shared).tanh().sum().mul(own.pow(2).sum());
        return torch.grad(loss, { shared, own });
      },
      [x, y],
    );
  });

  test('inside, with weights that vary', () => {
    const shared = w.detach().requiresGrad_();
    const weights = float64([5, 4], 8);
    expectLikeLoop(
      (a, v) => torch.grad(a.matmul(shared).tanh(), shared, { gradOutputs: v }),
      [x, weights],
    );
    const seeds = torch.vmap((v: Tensor) =>
      torch.grad(w.mul(1).matmul(shared.mT).sum(0), shared, { gradOutputs: v }),
    )(float64([5, 3], 9));
    expect(seeds.shape).toEqual([5, 3, 4]);
  });

  test('of the second order, inside and out', () => {
    const a = x.detach().requiresGrad_();
    const fn = (s: Tensor): Tensor => {
      const first = torch.grad(s.matmul(w).pow(3).sum(), s, { createGraph: true });
      return torch.grad(first.pow(2).sum(), s, { createGraph: true });
    };
    expectLikeLoop(fn, [a]);
    const found = torch.grad(torch.vmap(fn)(a).sin().sum(), a);
    expectClose(found, torch.grad(loop(fn, [a])[0]?.sin().sum() ?? a, a));
  });

  test('valueAndGrad gives each sample its own', () => {
    const step = torch.valueAndGrad((p: Tensor, a: Tensor) => a.matmul(p).tanh().sum());
    expectLikeLoop((a) => step(w, a), [x]);
    const gradients = torch.vmap((a: Tensor) => step(w, a).gradients)(x);
    expect(gradients.shape).toEqual([5, 3, 4]);
  });

  test('valueAndGrad with createGraph, differentiated from outside', () => {
    const p = w.detach().requiresGrad_();
    const step = torch.valueAndGrad((q: Tensor, a: Tensor) => a.matmul(q).pow(3).sum(), {
      createGraph: true,
    });
    const fn = (a: Tensor): Tensor => p.sub(step(p, a).gradients.mul(0.1)).pow(2).sum();
    expectClose(
      torch.grad(torch.vmap(fn)(x).sum(), p),
      torch.grad(loop(fn, [x])[0]?.sum() ?? p, p),
    );
  });

  test('Jacobians and products', () => {
    const fn = (a: Tensor): Tensor => a.matmul(w).tanh();
    expectLikeLoop((a) => torch.jacobian(fn, a), [x]);
    expectLikeLoop((a) => torch.hessian((b) => fn(b).pow(2).sum(), a), [x]);
    expectLikeLoop((a, v) => torch.jvp(fn, a, v).tangents, [x, y]);
    expectLikeLoop((a, v) => torch.vjp(fn, a, v).gradients, [x, float64([5, 4], 4)]);
    expectLikeLoop((a, v) => torch.hvp((b) => fn(b).pow(2).sum(), a, v).product, [x, y]);
    expectClose(
      torch.jacobian((a) => torch.vmap(fn)(a), x),
      torch.jacobian(fn, x),
    );
  });

  test('nested, with inputs that vary along one level, both or none', () => {
    const shared = w.detach().requiresGrad_();
    const inner = (a: Tensor, b: Tensor): Tensor[] => {
      const own = a.detach().requiresGrad_();
      const loss = own.matmul(shared).tanh().sum().mul(b.pow(2).sum());
      const both = own.add(b);
      const more = loss.add(both.pow(3).sum());
      return torch.grad(more, [shared, own, both] as Tensor[]);
    };
    const found = torch.vmap((a: Tensor) => torch.vmap((b: Tensor) => inner(a, b))(y))(x);
    const rows = loop((a) => loop((b) => inner(a, b), [y]), [x]);
    expect(found.length).toBe(3);
    found.forEach((tensor, i) => {
      expectClose(tensor, rows[i] as Tensor);
    });
  });

  test('backward accumulates the sum over samples in what they share', () => {
    const shared = w.detach().requiresGrad_();
    const grads = torch.vmap((a: Tensor) => {
      const own = a.detach().requiresGrad_();
      own.matmul(shared).tanh().sum().backward();
      return own.grad ?? a;
    })(x);
    const total = w.detach().requiresGrad_();
    const own = x.detach().requiresGrad_();
    own.matmul(total).tanh().sum().backward();
    expectClose(shared.grad as Tensor, total.grad as Tensor);
    expectClose(grads, own.grad as Tensor);
  });

  test('errors inside are those outside', () => {
    const autograd = expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' });
    expect(() => torch.vmap((a: Tensor) => torch.grad(a.sum(), a))(x)).toThrow(autograd);
    const own = x.detach().requiresGrad_();
    expect(() => torch.vmap((a: Tensor) => torch.grad(a.mul(2), a))(own)).toThrow(autograd);
    expect(() =>
      torch.vmap((a: Tensor) => torch.grad(a.mul(2), a, { gradOutputs: w }))(own),
    ).toThrow(expect.objectContaining({ code: 'ERR_TORCH_SHAPE' }));
  });
});

describe('randomness', () => {
  const draw = (randomness: 'error' | 'different' | 'same', seed: number): Tensor => {
    const generator = torch.generator(seed);
    return torch.vmap((a: Tensor) => a.add(torch.randn([3], { generator, dtype: 'float64' })), {
      randomness,
    })(torch.zeros([5, 3], { dtype: 'float64' }));
  };

  test('is refused by default', () => {
    expect(() => draw('error', 1)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_VMAP' }));
    const dropout = (a: Tensor): Tensor => torch.dropout(a, 0.5, true);
    expect(() => torch.vmap(dropout)(x)).toThrow(/random/);
  });

  test('differs for each sample', () => {
    const rows = draw('different', 1);
    expect(new Set(rows.select(1, 0).tolist() as number[]).size).toBe(5);
    expectClose(rows, draw('different', 1));
  });

  test('is the same for all', () => {
    const generator = torch.generator(1);
    const once = torch.randn([3], { generator, dtype: 'float64' });
    expectClose(draw('same', 1), once.expand([5, 3]));
  });

  test('dropout of samples', () => {
    const run = (randomness: 'different' | 'same'): Tensor =>
      torch.vmap((a: Tensor) => torch.dropout(a, 0.5, true), { randomness })(torch.ones([2, 64]));
    const same = run('same');
    expect(same.select(0, 0).eq(same.select(0, 1)).all().item()).toBe(true);
    const different = run('different');
    expect(different.select(0, 0).eq(different.select(0, 1)).all().item()).toBe(false);
  });
});

describe('what cannot be', () => {
  test('reading data inside', () => {
    const code = expect.objectContaining({ code: 'ERR_TORCH_VMAP' });
    for (const read of [
      (a: Tensor) => a.sum().item(),
      (a: Tensor) => a.data(),
      (a: Tensor) => a.tolist(),
      (a: Tensor) => String(a),
      (a: Tensor) => a.nonzero(),
    ]) {
      expect(() =>
        torch.vmap((a: Tensor) => {
          read(a);
          return a;
        })(x),
      ).toThrow(code);
    }
  });

  test('a description for logs says what it is', () => {
    const text: string[] = [];
    torch.vmap((a: Tensor) => {
      text.push(inspect(a));
      return a;
    })(x);
    expect(text).toEqual(['tensor(each sample of vmap, size=(3), dtype=torch.float64)']);
  });

  test('results that are no tensors', () => {
    const part = ((a: Tensor) => ({ a, n: 3 })) as unknown as (a: Tensor) => Tensor;
    expect(() => torch.vmap(part)(x)).toThrow('for result.n but received number 3');
    const wrong = (() => 3) as unknown as (a: Tensor) => Tensor;
    expect(() => torch.vmap(wrong)(x)).toThrow('for result but received number 3');
    const promised = (async (a: Tensor) => a) as unknown as (a: Tensor) => Tensor;
    expect(() => torch.vmap(promised)(x)).toThrow('returned a promise');
  });

  test('dimensions that do not fit', () => {
    const same = (a: Tensor): Tensor => a;
    expect(() => torch.vmap(same, { inDims: 2 })(x)).toThrow(
      'Expected a dimension from -2 to 1 for the dimension of args[0] but received number 2',
    );
    expect(() => torch.vmap(same, { outDims: -3 })(x)).toThrow(RangeError);
    expect(() => torch.vmap(same, { inDims: null })(x)).toThrow('at least one tensor');
    expect(() => torch.vmap(same, { inDims: [] })(x)).toThrow(`for '0' of args`);
    expect(() => torch.vmap(same, { outDims: null })(x)).toThrow(
      'vmap: Expected a dimension for result but received null',
    );
    expect(() => torch.vmap(same, { outDims: [0] })(x)).toThrow(
      'Expected a dimension or null for the dimension of result but received array of length 1',
    );
    expect(() => torch.vmap(same, { inDims: 0.5 })(x)).toThrow(
      'Expected a dimension from -2 to 1 for the dimension of args[0] but received number 0.5',
    );
    expect(() => torch.vmap(same)(torch.tensor(1))).toThrow('Expected no dimension');
    expect(() => torch.vmap((a: Tensor, b: Tensor) => a.add(b))(x, w)).toThrow(
      'vmap: Expected tensors of one number of samples but received 5 in args[0], 3 in args[1]',
    );
    expect(() => torch.vmap((a: Tensor, b: Tensor, c: Tensor) => a.add(b).add(c))(x, y, w)).toThrow(
      'received 5 in args[0], 3 in args[2]',
    );
    expect(() => torch.vmap(same, { randomness: 'some' as 'same' })).toThrow(TypeError);
    expect(() => torch.vmap(same, { inDim: 1 } as never)).toThrow(
      'vmap: Unknown option inDim; expected inDims, outDims, randomness',
    );
  });

  test('a tensor that escapes is disposed of', () => {
    const escaped: Tensor[] = [];
    torch.vmap((a: Tensor) => {
      escaped.push(a.mul(2));
      return a;
    })(x);
    expect(() => escaped[0]?.add(1)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }),
    );
  });
});

test('levels end and tensors go, whatever happens inside', () => {
  const before = torch.memory().tensors;
  expect(() =>
    torch.vmap((a: Tensor) =>
      torch.vmap((b: Tensor): Tensor => {
        a.mul(b);
        throw new Error('mine');
      })(y),
    )(x),
  ).toThrow('mine');
  expect(torch.memory().tensors).toBe(before);
  torch
    .vmap((a: Tensor) => a.mul(2).add(1))(x)
    .dispose();
  expect(torch.memory().tensors).toBe(before);
  expect(x.mul(2).shape).toEqual([5, 3]);
});

test('no samples at all', () => {
  const none = torch.zeros([0, 3]);
  expect(torch.vmap((a: Tensor) => a.mul(2).sum())(none).shape).toEqual([0]);
});
