import { type FunctionContext, type Tensor, torch } from '../../../lib/torch/index';
import { expectClose, float64 } from '../../helpers/gradients';

const { func } = torch;
const x = float64([3]);
const w = float64([2, 3], 2);
const layer = (weight: Tensor, input: Tensor): Tensor => weight.matmul(input).tanh();
const refused = (argument: string) => expect.objectContaining({ argument });

/** `sin`, with a derivative of its own. */
class Sin extends torch.autograd.Function {
  static forward(ctx: FunctionContext<[Tensor]>, y: Tensor): Tensor {
    ctx.saveForBackward(y);
    return y.sin();
  }
  static backward(ctx: FunctionContext<[Tensor]>, g: Tensor): Tensor {
    return g.mul(ctx.savedTensors[0].cos());
  }
  static jvp(ctx: FunctionContext<[Tensor]>, tangent: Tensor): Tensor {
    return tangent.mul(ctx.savedTensors[0].cos());
  }
}

describe('grad and valueAndGrad', () => {
  const loss = (weight: Tensor, input: Tensor): Tensor => layer(weight, input).pow(2).sum();

  test('of the arguments that argnums names', () => {
    const own = [w.clone().requiresGrad_(), x.clone().requiresGrad_()] as const;
    const [gw, gx] = torch.grad(loss(...own), own);
    expectClose(func.grad(loss)(w, x), gw);
    expectClose(func.grad(loss, { argnums: 1 })(w, x), gx);
    const both = func.grad(loss, { argnums: [1, 0] })(w, x);
    expectClose(both[0], gx);
    expectClose(both[1], gw);
    const { value, gradients } = func.valueAndGrad(loss, { argnums: [0] })(w, x);
    expectClose(value, loss(w, x));
    expectClose(gradients[0], gw);
  });

  test('of arguments counted from the end', () => {
    const last = func.grad(loss, { argnums: 1 })(w, x);
    expectClose(func.grad(loss, { argnums: -1 })(w, x), last);
    const [gx, gw] = func.valueAndGrad(loss, { argnums: [-1, -2] })(w, x).gradients;
    expectClose(gx, last);
    expectClose(gw, func.grad(loss)(w, x));
    expectClose(
      func.jacrev(layer, { argnums: -1 })(w, x),
      func.jacrev(layer, { argnums: 1 })(w, x),
    );
    expectClose(func.jacfwd(layer, { argnums: -2 })(w, x), func.jacfwd(layer)(w, x));
    expectClose(
      func.hessian(loss, { argnums: [0, -1] })(w, x)[1][1],
      func.hessian(loss, { argnums: 1 })(w, x),
    );
  });

  test('auxiliary results are handed through', () => {
    const withAux = (input: Tensor) => [input.sin().sum(), { input, n: 7 }] as const;
    const { gradients, aux } = func.grad(withAux, { hasAux: true })(x);
    expectClose(gradients, x.cos());
    expect(aux.n).toBe(7);
    expect(func.valueAndGrad(withAux, { hasAux: true })(x).aux.n).toBe(7);
  });

  test('nest to any order', () => {
    const cube = (y: Tensor): Tensor => y.pow(4).sum();
    const first = func.grad(cube);
    const second = func.grad((y: Tensor) => first(y).sum());
    const third = func.grad((y: Tensor) => second(y).sum());
    expectClose(second(x), x.pow(2).mul(12));
    expectClose(third(x), x.mul(24));
    expect(third(x).requiresGrad).toBe(false);
  });

  test('leave nothing', () => {
    const run = func.grad(loss, { argnums: [0, 1] });
    torch.assertNoLeaks(() => torch.scope(() => void run(w, x)));
  });

  test.each<[unknown]>([[Number.NaN], [0.5], ['x'], [[]], [[0, 0]], [[0, null]]])(
    'argnums %p is refused',
    (argnums) => {
      expect(() => func.grad(loss, { argnums: argnums as never })).toThrow(refused('argnums'));
    },
  );

  test('argnums of four thousand million holes are refused at once', () => {
    const argnums = new Array(2 ** 32 - 1);
    expect(() => func.jacrev(loss, { argnums })).toThrow(refused('argnums'));
    argnums[0] = 0;
    expect(() => func.grad(loss, { argnums })).toThrow(
      'for argnums of grad but received undefined',
    );
  });

  test.each([2, -3])('argnums %p beyond two arguments is refused', (argnums) => {
    const { grad, valueAndGrad, jacrev, jacfwd, hessian } = func;
    for (const [name, transform] of Object.entries({
      grad,
      valueAndGrad,
      jacrev,
      jacfwd,
      hessian,
    })) {
      const run = (transform as typeof valueAndGrad)(loss, { argnums });
      expect(() => run(w, x)).toThrow(
        `Expected the place of one of 2 arguments for argnums of ${name} but received ${argnums}`,
      );
    }
  });

  test('one argument named from both ends is refused', () => {
    expect(() => func.grad(loss, { argnums: [1, -1] })(w, x)).toThrow(
      'Expected the places of different arguments of 2 for argnums of grad but received [1, -1]',
    );
  });
});

test('derivatives within derivatives are differentiated, whichever they are', () => {
  const own = (y: Tensor): Tensor => y.pow(3).sum();
  const expected = x.mul(6).diag();
  expectClose(
    torch.jacobian((y: Tensor) => torch.valueAndGrad(own)(y).gradients, x),
    expected,
  );
  expectClose(
    torch.jacobian((y: Tensor) => torch.jacobian(own, y), x),
    expected,
  );
  expectClose(
    torch.jacobian((y: Tensor) => torch.vjp(own, y).gradients, x),
    expected,
  );
  const v = float64([3], 4);
  const product = (y: Tensor) => torch.jvp((z: Tensor) => z.pow(3), y, v).tangents;
  expectClose(torch.jacobian(product, x), x.mul(6).mul(v).diag());
  const linear = (y: Tensor) => func.linearize((z: Tensor) => z.pow(3), y).jvp(v);
  expectClose(torch.jacobian(linear, x), x.mul(6).mul(v).diag());
  // Where it is said, they are constants.
  const constant = (y: Tensor) => torch.valueAndGrad(own, { createGraph: false })(y).gradients;
  expectClose(torch.jacobian(constant, x), torch.zeros([3, 3], { dtype: 'float64' }));
});

describe.each([
  ['jacrev', func.jacrev],
  ['jacfwd', func.jacfwd],
])('%s', (_, jacobian) => {
  test('is the Jacobian by the arguments that argnums names', () => {
    const expected = torch.jacobian(layer, [w, x]);
    expectClose(jacobian(layer)(w, x), expected[0]);
    expectClose(jacobian(layer, { argnums: 1 })(w, x), expected[1]);
    const both = jacobian(layer, { argnums: [0, 1] })(w, x);
    expectClose(both[0], expected[0]);
    expectClose(both[1], expected[1]);
  });

  test('of trees, with constants and what is independent', () => {
    const fn = (p: { a: Tensor; b: Tensor }) => ({
      sum: p.a.sum().add(p.b.sum()),
      only: [p.a.mul(2)],
      none: torch.ones([2], { dtype: 'float64' }),
    });
    const found = jacobian(fn)({ a: x, b: x });
    expectClose(found.sum.b, torch.ones([3], { dtype: 'float64' }));
    expectClose(found.only[0]?.a as Tensor, torch.eye(3, { dtype: 'float64' }).mul(2));
    expectClose(found.only[0]?.b as Tensor, torch.zeros([3, 3], { dtype: 'float64' }));
    expectClose(found.none.a, torch.zeros([2, 3], { dtype: 'float64' }));
    expect(() => jacobian(fn, { strict: true })({ a: x, b: x })).toThrow(/depend on every input/);
  });

  test.each([1, 2, 5])('in chunks of %d it is the same', (chunkSize) => {
    expectClose(jacobian(layer, { chunkSize })(w, x), jacobian(layer)(w, x));
    expectClose(
      jacobian(layer, { chunkSize, argnums: 1 })(w, x),
      jacobian(layer, { argnums: 1 })(w, x),
    );
  });

  test('auxiliary results', () => {
    const found = jacobian((y: Tensor) => [y.sin(), 'aux'] as const, { hasAux: true })(x);
    expectClose(found.jacobian, x.cos().diag());
    expect(found.aux).toBe('aux');
    expect(() => jacobian((y: Tensor) => y as never, { hasAux: true })(x)).toThrow(
      /\[result, aux\]/,
    );
  });

  test('inside vmap, and nested', () => {
    const batch = float64([4, 3], 3);
    const each = torch.vmap((y: Tensor) => jacobian((z: Tensor) => z.sin().cumsum(0))(y))(batch);
    const expected = torch.vmap((y: Tensor) => torch.jacobian((z: Tensor) => z.sin().cumsum(0), y));
    expectClose(each, expected(batch));
    const twice = jacobian((y: Tensor) => jacobian((z: Tensor) => z.pow(3))(y))(x);
    expectClose(
      twice,
      torch.jacobian((y: Tensor) => y.pow(2).mul(3).diag(), x),
    );
  });

  test('of functions of one’s own', () => {
    expectClose(jacobian((y: Tensor) => Sin.apply(y))(x), x.cos().diag());
    const batch = float64([2, 3], 5);
    const each = torch.vmap((y: Tensor) => jacobian((z: Tensor) => Sin.apply(z))(y))(batch);
    expectClose(each, batch.cos().diagEmbed());
  });

  test('gradcheck and gradgradcheck of it, and under vmap', () => {
    const own = [w.clone().requiresGrad_(), x.clone().requiresGrad_()] as [Tensor, Tensor];
    const fn = (weight: Tensor, input: Tensor) => jacobian(layer, { argnums: 1 })(weight, input);
    expect(torch.gradcheck(fn, own)).toBe(true);
    expect(torch.gradgradcheck(fn, own)).toBe(true);
    const mapped = (rows: Tensor) =>
      torch.vmap((y: Tensor) => jacobian((z: Tensor) => z.prod().sin())(y))(rows);
    expect(torch.gradcheck(mapped, [w.clone().requiresGrad_()])).toBe(true);
  });

  test('bad options are refused', () => {
    expect(() => jacobian(layer, { chunkSize: 0 })).toThrow(/a positive integer for chunkSize/);
    expect(() => jacobian(layer, { chunk: 1 } as never)).toThrow(/Unknown option chunk/);
    expect(() => jacobian(null as never)).toThrow(/a function for fn/);
  });
});

describe('hessian', () => {
  const value = (a: Tensor, b: Tensor): Tensor => a.mul(b).sin().sum();

  test('is jacfwd of jacrev', () => {
    const [a, b] = [float64([3]), float64([3], 2)];
    const expected = torch.hessian(value, [a, b]);
    expectClose(func.hessian(value)(a, b), expected[0][0]);
    const all = func.hessian(value, { argnums: [0, 1] })(a, b);
    for (const i of [0, 1] as const) {
      for (const j of [0, 1] as const) expectClose(all[i][j], expected[i][j]);
    }
  });

  test('of samples', () => {
    const batch = float64([4, 3], 7);
    const found = torch.vmap((y: Tensor) => func.hessian((z: Tensor) => Sin.apply(z).sum())(y))(
      batch,
    );
    expectClose(found, batch.sin().neg().diagEmbed());
  });
});

describe('linearize', () => {
  test('is jvp at one place, which runs the function once', () => {
    let calls = 0;
    const fn = (a: Tensor, b: Tensor) => {
      calls++;
      return { product: a.mul(b), constant: torch.ones([2]) };
    };
    const [a, b] = [float64([3]), float64([3], 2)];
    const { value, jvp } = func.linearize(fn, [a, b]);
    expectClose(value.product, a.mul(b));
    for (const seed of [3, 4]) {
      const [ta, tb] = [float64([3], seed), float64([3], seed + 5)];
      const found = jvp(ta, tb);
      expectClose(found.product, ta.mul(b).add(tb.mul(a)));
      expect(found.constant.tolist()).toEqual([0, 0]);
    }
    expect(calls).toBe(1);
    expect(() => jvp(a, float64([2]))).toThrow(/shape \[3\]/);
  });

  test('what it keeps goes with the scope around it', () => {
    torch.assertNoLeaks(() =>
      torch.scope(() => {
        const { jvp } = func.linearize((y: Tensor) => y.sin(), x);
        jvp(x).tolist();
      }),
    );
  });
});

describe('vmap with chunkSize', () => {
  test.each([1, 2, 3, 7])('of %d gives the same', (chunkSize) => {
    const [a, b] = [float64([5, 3]), float64([3, 5], 2)];
    const fn = (p: Tensor, q: Tensor) => ({ dot: p.dot(q), outer: [p.outer(q)] });
    const options = { inDims: [0, 1], outDims: { dot: 0, outer: [2] } };
    const found = torch.vmap(fn, { ...options, chunkSize })(a, b);
    const expected = torch.vmap(fn, options)(a, b);
    expectClose(found.dot, expected.dot);
    expectClose(found.outer[0] as Tensor, expected.outer[0] as Tensor);
  });

  test('draws the same for all samples where that is asked for', () => {
    const generator = torch.generator(3);
    const fn = (y: Tensor): Tensor => y.add(torch.randn([2], { generator, dtype: 'float64' }));
    const found = torch.vmap(fn, { randomness: 'same', chunkSize: 2 })(
      torch.zeros([5, 2], { dtype: 'float64' }),
    );
    for (const row of found) expectClose(row, found.select(0, 0), 0);
    const others = torch.vmap(fn, { randomness: 'different', chunkSize: 2 })(found);
    expect(others.select(0, 0).equal(others.select(0, 2))).toBe(false);
  });

  test('is differentiable', () => {
    const own = float64([5, 3]).requiresGrad_();
    const run = (chunkSize: number) => torch.vmap((y: Tensor) => y.sin().sum(), { chunkSize })(own);
    expectClose(torch.grad(run(2).sum(), own), own.cos().detach());
  });
});

describe('ensembles', () => {
  const model = { apply: (params: { w: Tensor }, input: Tensor) => params.w.matmul(input).tanh() };
  const models = [1, 2, 3].map((seed) => ({ w: float64([2, 3], seed).requiresGrad_() }));

  test('functionalCall and stackModuleState run all models at once', () => {
    const params = func.stackModuleState(models);
    expect([params.w.shape, params.w.isLeaf, params.w.requiresGrad]).toEqual([
      [3, 2, 3],
      true,
      true,
    ]);
    const call = (own: { w: Tensor }, input: Tensor) => func.functionalCall(model, own, input);
    const all = torch.vmap(call, { inDims: [0, null] })(params, x);
    models.forEach((own, i) => {
      expectClose(all.select(0, i).detach(), model.apply(own, x).detach());
    });
  });

  test('refuse what is none', () => {
    expect(() => func.stackModuleState([])).toThrow(/at least one model/);
    expect(() => func.stackModuleState([{ a: x }, { b: x }] as never)).toThrow(/one structure/);
    expect(() => func.functionalCall({} as never, models)).toThrow(/a layer \{ apply \}/);
  });
});

describe('errors name the function that was called', () => {
  const sum = (y: Tensor): Tensor => y.sin().sum();
  const { grad, valueAndGrad, jacrev, jacfwd, hessian } = func;
  const whole = torch.tensor([1n, 2n]);

  test.each(Object.entries({ grad, valueAndGrad, jacrev, jacfwd, hessian }))('%s', (name, make) => {
    const run = (make as typeof grad)(sum);
    expect(() => run(whole)).toThrow(
      expect.objectContaining({
        code: 'ERR_TORCH_DTYPE',
        operator: name,
        message: expect.stringContaining('of floating-point or complex numbers for'),
      }),
    );
    expect(() => (make as typeof grad)((y: Tensor) => y.mm(y))(x)).toThrow(
      expect.objectContaining({ operator: 'mm' }),
    );
  });

  test.each(Object.entries({ grad, valueAndGrad }))('%s of several elements', (name, make) => {
    expect(() => (make as typeof grad)((y: Tensor) => y.sin())(x)).toThrow(
      expect.objectContaining({
        code: 'ERR_TORCH_AUTOGRAD',
        message: `${name}: Expected one element for the result of fn but received shape [3]`,
      }),
    );
  });

  test('the others', () => {
    for (const name of ['linearize', 'jvp', 'vjp', 'hvp'] as const) {
      const run = func[name] as (...args: unknown[]) => unknown;
      expect(() => run(sum, whole, whole)).toThrow(expect.objectContaining({ operator: name }));
    }
    expect(() => func.hvp((y: Tensor) => y.sin(), x, x)).toThrow('hvp: Expected one element for');
    expect(() => func.stackModuleState([{ a: x }, { a: w }])).toThrow(
      expect.objectContaining({ operator: 'stackModuleState', code: 'ERR_TORCH_SHAPE' }),
    );
    const { jvp } = func.linearize(sum, x);
    expect(() => (jvp as (...args: Tensor[]) => unknown)(x, x)).toThrow('no more arguments');
  });
});
