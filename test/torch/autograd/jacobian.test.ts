import { type Tensor, torch } from '../../../lib/torch/index';
import { expectClose, float64 } from '../../helpers/gradients';

const x = torch.tensor([1, 2], { dtype: 'float64' });
const y = torch.tensor([3, 4, 5], { dtype: 'float64' });

describe('jacobian', () => {
  test('of one input and one output', () => {
    expect(torch.jacobian((a) => a.pow(2), x).tolist()).toEqual([
      [2, 0],
      [0, 4],
    ]);
  });

  test('has the shapes of output and input', () => {
    const a = float64([2, 3]);
    const b = float64([3, 4], 2);
    const [da, db] = torch.jacobian((p, q) => p.matmul(q), [a, b]);
    expect([da.shape, db.shape]).toEqual([
      [2, 4, 2, 3],
      [2, 4, 3, 4],
    ]);
    // d(ab)[i,j] / da[k,l] = (i = k) b[l,j]
    const eye = torch.eye(2, { dtype: 'float64' });
    expectClose(da, torch.einsum('ik,lj->ijkl', [eye, b]));
    const eye4 = torch.eye(4, { dtype: 'float64' });
    expectClose(db, torch.einsum('ik,jl->ijkl', [a, eye4]));
  });

  test('of trees: a tree like the inputs in the place of every output', () => {
    const result = torch.jacobian(
      ({ p, q }: { p: Tensor; q: Tensor }) => ({ sum: q.sum(), twice: [p.mul(2)] as const }),
      { p: x, q: y },
    );
    expect(result.sum.q.tolist()).toEqual([1, 1, 1]);
    expect(result.sum.p.tolist()).toEqual([0, 0]);
    expect(result.twice[0].p.tolist()).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });

  test('of outputs that share what they are made of', () => {
    const [square, sine] = torch.jacobian((a) => {
      const both = a.exp();
      return [both.mul(both), both.sin()] as const;
    }, x);
    expectClose(square, x.mul(2).exp().mul(2).diag());
    expectClose(sine, x.exp().cos().mul(x.exp()).diag());
  });

  test('inputs that depend on one another count as independent', () => {
    const a = torch.tensor([2], { dtype: 'float64', requiresGrad: true });
    const b = a.mul(3);
    const [da] = torch.jacobian((p, q) => p.add(q), [a, b], { createGraph: true });
    expect(da.tolist()).toEqual([[1]]);
  });

  test('of complex outputs', () => {
    const z = torch.tensor([{ re: 1, im: 2 }], { dtype: 'complex128' });
    expect(torch.jacobian((a) => a.mul({ re: 0, im: 1 }), z).tolist()).toEqual([
      [{ re: 0, im: -1 }],
    ]);
  });

  test('of complex outputs of real inputs, with their imaginary part', () => {
    const a = torch.tensor([1, 2], { dtype: 'float64', requiresGrad: true });
    const turn = (p: Tensor): Tensor => torch.complex(p.pow(2), p.pow(3));
    const zero = { re: 0, im: 0 };
    const expected = [
      [{ re: 2, im: 3 }, zero],
      [zero, { re: 4, im: 12 }],
    ];
    expect(torch.jacobian(turn, a).tolist()).toEqual(expected);
    expect(torch.jacobian((p) => torch.complex(p.detach(), p.detach()), a).tolist()).toEqual([
      [zero, zero],
      [zero, zero],
    ]);
    // Beside a complex input, which has the conjugate.
    const z = torch.tensor([{ re: 1, im: 2 }], { dtype: 'complex128' });
    const found = torch.jacobian((p, q) => turn(p).mul(q), [a, z]);
    const product = torch.tensor(expected.flat(), { dtype: 'complex128' }).reshape([2, 2]).mul(z);
    expect(found[0].sub(product).abs().max().item()).toBe(0);
    expect(found[1].tolist()).toEqual([[{ re: 1, im: -1 }], [{ re: 4, im: -8 }]]);
    // What is recorded holds both parts.
    const recorded = torch.jacobian(turn, a, { createGraph: true });
    expect(torch.grad(recorded.abs().pow(2).sum(), a).tolist()).toEqual([4 * 2 + 36, 8 * 2 + 288]);
  });

  test('createGraph makes it differentiable', () => {
    const a = torch.tensor([1, 2], { dtype: 'float64', requiresGrad: true });
    const found = torch.jacobian((p) => p.pow(3), a, { createGraph: true });
    expect(torch.grad(found.sum(), a).tolist()).toEqual([6, 12]);
    expect(torch.jacobian((p) => p.pow(3), a).requiresGrad).toBe(false);
  });

  test('of constants, scalars and nothing', () => {
    expect(torch.jacobian(() => y, x).shape).toEqual([3, 2]);
    expect(
      torch
        .jacobian(() => y, x)
        .eq(0)
        .all()
        .item(),
    ).toBe(true);
    expect(torch.jacobian((a) => a.sum(), x).tolist()).toEqual([1, 1]);
    expect(torch.jacobian((a) => a.narrow(0, 0, 0), x).shape).toEqual([0, 2]);
  });

  test('refuses integers', () => {
    expect(() => torch.jacobian((a) => a, torch.tensor([1n]))).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_DTYPE' }),
    );
  });

  test('refuses results that are no tensors, and unknown options', () => {
    const results: [unknown, string][] = [
      [3, 'number 3'],
      [null, 'null'],
      [undefined, 'undefined'],
      [new Map([['a', x]]), 'Map'],
    ];
    for (const [result, received] of results) {
      expect(() => torch.jacobian(() => result as Tensor, x)).toThrow(
        `Expected a tensor, array or plain object at '' of a tree but received ${received}`,
      );
      expect(() => torch.hessian(() => result as Tensor, x)).toThrow(
        `Expected a tensor for the result of fn but received ${received}`,
      );
    }
    const promised = () => Promise.resolve(x) as never;
    const refused =
      'Expected a synchronous function for fn but received one that returned a promise';
    expect(() => torch.jacobian(promised, x)).toThrow(refused);
    expect(() => torch.hessian(promised, x)).toThrow(refused);
    expect(() => torch.jacobian((a) => ({ a, n: 3 }) as never, x)).toThrow("at 'n' of a tree");
    // Would be zeros if it were taken for a constant.
    const one = (a: Tensor): Tensor => [a.pow(2).sum()] as never;
    expect(() => torch.hessian(one, x)).toThrow('received array of length 1');
    const options = { createGrph: true } as never;
    expect(() => torch.jacobian((a) => a, x, options)).toThrow(
      'jacobian: Unknown option createGrph; expected createGraph',
    );
    expect(() => torch.hessian((a) => a.sum(), x, options)).toThrow('hessian: Unknown option');
    expect(() => torch.jacobian((a) => a, x, { createGraph: 1 as never })).toThrow(
      'Expected a boolean for createGraph of jacobian but received number 1',
    );
  });

  test('of a checkpoint that draws random numbers: the same for all elements as in the forward pass', () => {
    const dropped = (b: Tensor): Tensor => torch.dropout(b, 0.5, true).pow(2).sin();
    const input = float64([20], 3);
    torch.manualSeed(4);
    const expected = torch.jacobian(dropped, input);
    torch.manualSeed(4);
    const found = torch.jacobian((a) => torch.checkpoint(dropped, a), input);
    expectClose(found, expected);
    expect(expected.ne(0).sum().itemBigInt()).toBeLessThan(20n);
  });

  test('leaves only the result', () => {
    const before = torch.memory().tensors;
    torch.jacobian((a) => a.pow(2), x).dispose();
    expect(torch.memory().tensors).toBe(before);
  });
});

describe('hessian', () => {
  test('of a quadratic form is its matrix', () => {
    const a = float64([3, 3]);
    const symmetric = a.add(a.mT);
    expectClose(
      torch.hessian((p) => p.matmul(symmetric).mul(p).sum().div(2), y),
      symmetric,
    );
  });

  test('of two inputs has all four blocks', () => {
    const [[aa, ab], [ba, bb]] = torch.hessian((p, q) => p.sum().mul(q.pow(2).sum()), [x, y]);
    expect(aa.tolist()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(ab.tolist()).toEqual([
      [6, 8, 10],
      [6, 8, 10],
    ]);
    expectClose(ba, ab.mT);
    expectClose(bb, torch.eye(3, { dtype: 'float64' }).mul(6));
  });

  test('createGraph makes it differentiable, else it is not', () => {
    const a = torch.tensor([1, 2], { dtype: 'float64', requiresGrad: true });
    const cubes = (p: Tensor): Tensor => p.pow(3).sum();
    const found = torch.hessian(cubes, a, { createGraph: true });
    expect(torch.grad(found.sum(), a).tolist()).toEqual([6, 6]);
    expect(torch.hessian(cubes, a).requiresGrad).toBe(false);
    const scale = torch.tensor(2, { dtype: 'float64', requiresGrad: true });
    const scaled = (p: Tensor): Tensor => cubes(p).mul(scale);
    expect(torch.hessian(scaled, x).requiresGrad).toBe(false);
    const outer = torch.hessian(scaled, x, { createGraph: true });
    expect(torch.grad(outer.sum(), scale).item()).toBe(18);
  });

  test('of a value of several elements is refused, constants too', () => {
    const refused = expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' });
    expect(() => torch.hessian((p) => p.pow(2), x)).toThrow(refused);
    expect(() => torch.hessian(() => y, x)).toThrow(refused);
  });

  test('of linear functions and constants is zero', () => {
    expectClose(
      torch.hessian((p) => p.sum(), x),
      x.newZeros([2, 2]),
    );
    expectClose(
      torch.hessian(() => y.sum(), x),
      x.newZeros([2, 2]),
    );
  });
});

describe('of operators with derivatives of their own', () => {
  const ones = torch.ones([2, 4], { dtype: 'float64' });
  const weight = float64([2, 3, 4], 3);
  const OWN: readonly (readonly [string, (x: Tensor) => Tensor, (x: Tensor) => Tensor])[] = [
    [
      'attention',
      (a) => torch.attention(a, a.mul(2), a.sin()),
      (a) => a.matmul(a.mul(2).mT).div(2).softmax(-1).matmul(a.sin()),
    ],
    [
      'taskLayerNorm',
      (a) => torch.taskLayerNorm(a, ones, ones, 1e-3),
      (a) => torch.layerNorm(a, [4], null, null, 1e-3).add(1),
    ],
    ['taskLinear', (a) => torch.taskLinear(a, weight).sin(), (a) => a.bmm(weight.mT).sin()],
  ];
  const a = float64([2, 3, 4], 5);

  test.each(OWN)('%s', (_, fn, parts) => {
    expectClose(torch.jacobian(fn, a), torch.jacobian(parts, a));
    const squared = (of: typeof fn) => (z: Tensor) => of(z).pow(2).sum();
    expectClose(torch.hessian(squared(fn), a), torch.hessian(squared(parts), a), 1e-10);
  });

  test.each(OWN)('%s, its gradient inside vmap for tensors that do not vary', (_, fn, parts) => {
    const gradient = (of: typeof fn) =>
      torch.vmap((factor: Tensor) => {
        const own = a.detach().requiresGrad_();
        const value = of(own).pow(2).mul(factor).sum();
        return torch.grad(value, [own])[0] as Tensor;
      })(float64([3], 7));
    expectClose(gradient(fn) as Tensor, gradient(parts) as Tensor);
  });
});
