import { type FunctionContext, type Tensor, torch } from '../../../../lib/torch/index';
import { settledTensors } from '../../../helpers/garbage';
import { expectClose, float64 } from '../../../helpers/gradients';

type Saved1 = FunctionContext<[Tensor]>;
type Saved2 = FunctionContext<[Tensor, Tensor]>;

class Exp extends torch.autograd.Function {
  static forward(ctx: Saved1, x: Tensor): Tensor {
    const result = x.exp();
    ctx.saveForBackward(result);
    return result;
  }
  static backward(ctx: Saved1, gradOutput: Tensor): Tensor {
    const [result] = ctx.savedTensors;
    return gradOutput.mul(result);
  }
}

/** `x³ · scale`, with the inputs saved apart. */
class Cube extends torch.autograd.Function {
  static forward(x: Tensor, scale: number): Tensor {
    return x.pow(3).mul(scale);
  }
  static setupContext(
    ctx: FunctionContext<[Tensor], { scale: number }>,
    inputs: readonly [Tensor, number],
  ): void {
    ctx.saveForBackward(inputs[0]);
    ctx.scale = inputs[1];
  }
  static backward(ctx: FunctionContext<[Tensor], { scale: number }>, gradOutput: Tensor) {
    const [x] = ctx.savedTensors;
    return [gradOutput.mul(x.pow(2)).mul(3 * ctx.scale), null];
  }
}

class Product extends torch.autograd.Function {
  static forward(ctx: Saved2, a: Tensor, b: Tensor): Tensor {
    ctx.saveForBackward(a, b);
    return a.matmul(b);
  }
  static backward(ctx: Saved2, gradOutput: Tensor) {
    const [a, b] = ctx.savedTensors;
    return [
      ctx.needsInputGrad[0] ? gradOutput.matmul(b.mT) : null,
      ctx.needsInputGrad[1] ? a.mT.matmul(gradOutput) : null,
    ];
  }
}

const leaf = (shape: readonly number[], seed = 1): Tensor => float64(shape, seed).requiresGrad_();
const mine = new Error('mine');

test('gradients of every order are those of the operators', () => {
  const x = leaf([3]);
  const third = (y: Tensor): Tensor => {
    const [first] = torch.grad(y.sum(), [x], { createGraph: true });
    const [second] = torch.grad(first.pow(2).sum(), [x], { createGraph: true });
    return torch.grad(second.sum(), x);
  };
  expectClose(third(Exp.apply(x)), third(x.exp()));
  expectClose(third(Cube.apply(x, 2)), third(x.pow(3).mul(2)));
});

test('the name of the operator is that of the class', () => {
  expect(Exp.apply(leaf([2])).gradFn?.name).toBe('ExpBackward');
});

test('gradcheck and gradgradcheck', () => {
  const [a, b] = [leaf([2, 3]), leaf([3, 2], 2)];
  for (const check of [torch.gradcheck, torch.gradgradcheck]) {
    check((x: Tensor) => Exp.apply(x), [a]);
    check((x: Tensor) => Cube.apply(x, 3), [a]);
    check((x: Tensor, y: Tensor) => Product.apply(x, y), [a, b]);
    check((x: Tensor, y: Tensor) => Exp.apply(Product.apply(x, Exp.apply(y))), [a, b]);
  }
});

test('needsInputGrad is what is asked for', () => {
  const seen: (readonly boolean[])[] = [];
  class Sum extends torch.autograd.Function {
    static forward(ctx: FunctionContext, a: Tensor, b: Tensor): Tensor {
      seen.push(ctx.needsInputGrad);
      return a.add(b);
    }
    static backward(ctx: FunctionContext, gradOutput: Tensor) {
      seen.push(ctx.needsInputGrad);
      return [gradOutput, gradOutput];
    }
  }
  const [a, b] = [leaf([2]), leaf([2])];
  torch.grad(Sum.apply(a, float64([2])).sum(), a);
  torch.grad(Sum.apply(a, b).sum(), b);
  expect(seen).toEqual([
    [true, false],
    [true, false],
    [true, true],
    [false, true],
  ]);
});

describe('results and arguments of several parts', () => {
  class Parts extends torch.autograd.Function {
    static forward(
      ctx: FunctionContext<[Tensor]>,
      params: { w: Tensor; rest: readonly [Tensor, string] },
    ) {
      ctx.saveForBackward(params.w);
      return { product: params.w.mul(2), other: [params.rest[0].mul(3), 7] as const };
    }
    static backward(
      ctx: FunctionContext<[Tensor]>,
      g: { product: Tensor; other: readonly [Tensor, null] },
    ) {
      const [w] = ctx.savedTensors;
      expect(g.other[1]).toBeNull();
      return { w: g.product.mul(2).add(w.mul(0)), rest: [g.other[0].mul(3), null] };
    }
  }

  test('trees keep their structure', () => {
    const [w, v] = [leaf([2]), leaf([3])];
    const result = Parts.apply({ w, rest: [v, 'text'] });
    expect(result.other[1]).toBe(7);
    const [gw, gv] = torch.grad(result.product.sum().add(result.other[0].sum()), [w, v]);
    expect(gw.tolist()).toEqual([2, 2]);
    expect(gv.tolist()).toEqual([3, 3, 3]);
  });

  test.each<[string, unknown, RegExp]>([
    [
      'a part missing',
      { w: null },
      /'w', 'rest' for the gradient of argument 0, which lacks 'rest'/,
    ],
    ['a part too much', { w: null, rest: null, b: null }, /which has 'b' too/],
    [
      'another structure',
      { w: null, rest: {} },
      /an array of 2 for the gradient of argument 0 at 'rest'/,
    ],
    ['one for no tensor', { w: null, rest: [null, 5] }, /null, for no tensor, .* at 'rest' at '1'/],
  ])('%s in the gradients is refused', (_, found, message) => {
    class Given extends torch.autograd.Function {
      static forward = Parts.forward;
      static backward = (): unknown => found;
    }
    const w = leaf([2]);
    const { product } = Given.apply({ w, rest: [w, 'text'] });
    expect(() => torch.grad(product.sum(), w)).toThrow(message);
  });

  test('outputs that nothing depends on get zeros, or null', () => {
    const seen: unknown[] = [];
    class Two extends torch.autograd.Function {
      static forward(ctx: FunctionContext, x: Tensor, materialize: boolean) {
        ctx.setMaterializeGrads(materialize);
        return [x.mul(2), x.mul(3)] as const;
      }
      static backward(_: FunctionContext, first: Tensor, second: Tensor | null) {
        seen.push(second?.tolist() ?? null);
        return [first.mul(2), null];
      }
    }
    const x = leaf([2]);
    for (const materialize of [true, false]) {
      torch.grad(Two.apply(x, materialize)[0].sum(), x);
    }
    expect(seen).toEqual([[0, 0], null]);
  });

  test('non-differentiable outputs, and integers, require no gradients', () => {
    class Top extends torch.autograd.Function {
      static forward(ctx: FunctionContext<[Tensor]>, x: Tensor) {
        const [values, indices] = x.sort();
        const signs = x.sign();
        ctx.markNonDifferentiable(signs);
        ctx.saveForBackward(indices);
        return { values, indices, signs };
      }
      static backward(ctx: FunctionContext<[Tensor]>, g: { values: Tensor }) {
        return g.values.scatter(0, ctx.savedTensors[0], g.values);
      }
    }
    const x = leaf([4]);
    const { values, indices, signs } = Top.apply(x);
    expect([values.requiresGrad, indices.requiresGrad, signs.requiresGrad]).toEqual([
      true,
      false,
      false,
    ]);
    torch.gradcheck((y: Tensor) => Top.apply(y).values, [x]);
  });
});

describe('inputs as results', () => {
  class Double extends torch.autograd.Function {
    static forward(ctx: FunctionContext, x: Tensor): Tensor {
      ctx.markDirty(x);
      return x.mul_(2);
    }
    static backward(_: FunctionContext, gradOutput: Tensor): Tensor {
      return gradOutput.mul(2);
    }
  }
  class Same extends torch.autograd.Function {
    static forward(_: FunctionContext, x: Tensor): Tensor {
      return x;
    }
    static backward(_: FunctionContext, gradOutput: Tensor): Tensor {
      return gradOutput.mul(10);
    }
  }

  test('a dirty input is the result', () => {
    const x = leaf([2]);
    const y = x.mul(3);
    const z = Double.apply(y);
    expect(z).toBe(y);
    expect(torch.grad(z.sum(), x).tolist()).toEqual([6, 6]);
  });

  test('a leaf cannot be dirty', () => {
    expect(() => Double.apply(leaf([2]))).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
    );
  });

  test('a dirty input that is not returned is refused', () => {
    class Lost extends torch.autograd.Function {
      static forward(ctx: FunctionContext, x: Tensor): Tensor {
        ctx.markDirty(x);
        return x.mul_(2).mul(1);
      }
      static backward(_: FunctionContext, gradient: Tensor): Tensor {
        return gradient;
      }
    }
    expect(() => Lost.apply(leaf([2]).mul(1))).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
    );
  });

  test('an input that was not changed has an alias', () => {
    const x = leaf([2]);
    const y = Same.apply(x);
    expect(y).not.toBe(x);
    expect(torch.grad(y.sum(), x).tolist()).toEqual([10, 10]);
    const plain = torch.noGrad(() => Same.apply(x));
    plain.dispose();
    expect(x.isDisposed).toBe(false);
  });

  test.each([
    ['markDirty', (ctx: FunctionContext, x: Tensor) => ctx.markDirty(x.mul(2))],
    ['markNonDifferentiable', (ctx: FunctionContext, x: Tensor) => ctx.markNonDifferentiable(x)],
  ])('%s refuses others', (name, mark) => {
    class Wrong extends torch.autograd.Function {
      static forward(ctx: FunctionContext, x: Tensor): Tensor {
        mark(ctx, x);
        return x.mul(2);
      }
      static backward(_: FunctionContext, gradOutput: Tensor): Tensor {
        return gradOutput;
      }
    }
    expect(() => Wrong.apply(leaf([2]))).toThrow(new RegExp(`${name}: Expected`));
  });
});

describe('what is saved', () => {
  test('is checked for changes in place', () => {
    const x = leaf([2]);
    const y = x.mul(1);
    const z = Cube.apply(y, 1);
    y.add_(1);
    expect(() => torch.grad(z.sum(), x)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
    );
  });

  test('is freed by a backward pass, and kept by retainGraph', () => {
    const x = leaf([2]);
    const z = Exp.apply(x).sum();
    const first = torch.grad(z, x, { retainGraph: true });
    expectClose(torch.grad(z, x), first, 0);
    expect(() => torch.grad(z, x)).toThrow(
      expect.objectContaining({
        code: 'ERR_TORCH_AUTOGRAD',
        message: expect.stringContaining('a second time'),
      }),
    );
  });

  test('survives the scope of the call, with null in its place', () => {
    class Keep extends torch.autograd.Function {
      static forward(ctx: FunctionContext<[null, Tensor]>, x: Tensor): Tensor {
        ctx.saveForBackward(null, x.mul(2));
        return x.pow(2);
      }
      static backward(ctx: FunctionContext<[null, Tensor]>, g: Tensor): Tensor {
        expect(ctx.savedTensors[0]).toBeNull();
        return g.mul(ctx.savedTensors[1]);
      }
    }
    const x = leaf([2]);
    const y = torch.scope(() => Keep.apply(x));
    expectClose(torch.grad(y.sum(), x), x.mul(2).detach());
  });

  test('tensors on the context are refused', () => {
    class Wrong extends torch.autograd.Function {
      static forward(ctx: FunctionContext<[], { x: Tensor }>, x: Tensor): Tensor {
        ctx.x = x;
        return x.mul(2);
      }
      static backward(_: FunctionContext, g: Tensor): Tensor {
        return g;
      }
    }
    expect(() => Wrong.apply(leaf([2]))).toThrow(/kept by saveForBackward, but ctx\.x holds one/);
  });

  test('is read in backward alone, and written in forward alone', () => {
    let kept: FunctionContext<[Tensor]> | undefined;
    class Late extends torch.autograd.Function {
      static forward(ctx: Saved1, x: Tensor): Tensor {
        kept = ctx;
        expect(() => ctx.savedTensors).toThrow(/while backward or jvp runs/);
        ctx.saveForBackward(x);
        expect(() => ctx.saveForBackward(x)).toThrow(/called once/);
        return x.mul(2);
      }
      static backward(ctx: Saved1, g: Tensor): Tensor {
        expect(() => ctx.saveForBackward(g)).toThrow(/in forward or setupContext/);
        return g;
      }
    }
    const x = leaf([2]);
    torch.grad(Late.apply(x).sum(), x);
    expect(() => kept?.savedTensors).toThrow(/while backward or jvp runs/);
  });
});

describe('what backward gives is checked', () => {
  const returning = (found: unknown) =>
    class Given extends torch.autograd.Function {
      static forward(_: FunctionContext, x: Tensor, __?: unknown): Tensor {
        return x.mul(2);
      }
      static backward(_: FunctionContext, __: Tensor): unknown {
        return found;
      }
    };

  test.each<[string, unknown, RegExp]>([
    ['too few', [], /Given\.backward: Expected 2 gradients, one for each argument .* received 0/],
    ['too many', [null, null, null], /Expected 2 gradients.* received 3/],
    ['no array', 5, /Expected 2 gradients.* received number 5/],
    ['of a number', [null, torch.ones([2])], /null, for no tensor, for the gradient of argument 1/],
    ['no tensor', ['text', null], /a tensor or null for the gradient of argument 0/],
    [
      'shape',
      [torch.ones([3], { dtype: 'float64' }), null],
      /shape \[2\] for the gradient of argument 0 but received shape \[3\]/,
    ],
    [
      'dtype',
      [torch.ones([2]), null],
      /dtype float64 for the gradient of argument 0 but received dtype float32/,
    ],
    ['a promise', Promise.resolve(null), /synchronous/],
  ])('%s', (_, found, message) => {
    const x = leaf([2]);
    const y = returning(found).apply(x, 1);
    expect(() => torch.grad(y.sum(), x, { retainGraph: true })).toThrow(message);
  });

  test('nothing for an input is no gradient', () => {
    const x = leaf([2]);
    const y = () => returning([undefined, undefined]).apply(x, 1).sum();
    expect(torch.grad(y(), x, { allowUnused: true }).tolist()).toEqual([0, 0]);
    y().backward();
    expect(x.grad).toBeNull();
  });
});

describe('errors', () => {
  class Fails extends torch.autograd.Function {
    static forward(ctx: FunctionContext<[Tensor], { count: number }>, x: Tensor): Tensor {
      ctx.count = 0;
      ctx.saveForBackward(x);
      return x.mul(2);
    }
    static backward(ctx: FunctionContext<[Tensor], { count: number }>, g: Tensor): Tensor {
      const again = g.mul(2);
      if (ctx.count++ === 0) throw mine;
      return again;
    }
  }

  test('backward throws exactly what it threw, leaves nothing and the graph usable', () => {
    const x = leaf([2]);
    const y = Fails.apply(x).exp().sum();
    torch.assertNoLeaks(() => {
      try {
        torch.grad(y, x, { retainGraph: true });
        throw new Error('not reached');
      } catch (error) {
        expect(error).toBe(mine);
      }
    });
    expectClose(torch.grad(y, x), x.mul(2).exp().mul(2).detach());
  });

  test('forward throws what it threw', () => {
    class Throws extends torch.autograd.Function {
      static forward(_: FunctionContext, x: Tensor): Tensor {
        x.mul(2);
        throw mine;
      }
      static backward(_: FunctionContext, g: Tensor): Tensor {
        return g;
      }
    }
    const x = leaf([2]);
    torch.assertNoLeaks(() => expect(() => Throws.apply(x)).toThrow(mine));
    expect(torch.isGradEnabled()).toBe(true);
  });

  test('backward through the operator that is running is refused', () => {
    let output: Tensor | undefined;
    class Again extends torch.autograd.Function {
      static forward(_: FunctionContext, x: Tensor): Tensor {
        return x.mul(2);
      }
      static backward(_: FunctionContext, g: Tensor): Tensor {
        torch.grad(output as Tensor, x, { gradOutputs: g, retainGraph: true });
        return g;
      }
    }
    const x = leaf([2]);
    output = Again.apply(x);
    expect(() => torch.grad((output as Tensor).sum(), x)).toThrow(/wait for itself/);
  });

  test('gradients may be taken in backward, as deep as the stack goes', () => {
    class Deep extends torch.autograd.Function {
      static forward(ctx: FunctionContext<[Tensor], { depth: number }>, x: Tensor, depth: number) {
        ctx.saveForBackward(x);
        ctx.depth = depth;
        return x.mul(2);
      }
      static backward(ctx: FunctionContext<[Tensor], { depth: number }>, g: Tensor) {
        if (ctx.depth === 0) return [g.mul(2), null];
        const [x] = ctx.savedTensors;
        const own = x.detach().requiresGrad_();
        const y = torch.enableGrad(() => Deep.apply(own, ctx.depth - 1));
        return [torch.grad(y, own, { gradOutputs: g }), null];
      }
    }
    const x = leaf([2]);
    expect(torch.grad(Deep.apply(x, 20).sum(), x).tolist()).toEqual([2, 2]);
    expect(() => torch.grad(Deep.apply(x, 1000).sum(), x)).toThrow();
    expect(torch.grad(Deep.apply(x, 2).sum(), x).tolist()).toEqual([2, 2]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['an instance', () => Reflect.construct(Exp as never, []), /rather than an instance/],
    [
      'no class',
      () => Reflect.apply(Exp.apply as never, undefined, [leaf([1])]),
      /Exp\.apply\(x\)/,
    ],
    ['no forward', () => Reflect.apply(Exp.apply as never, class A {}, []), /forward of A/],
    [
      'no backward',
      () =>
        class B extends torch.autograd.Function {
          static forward(x: Tensor) {
            return x;
          }
        }.apply(),
      /backward or jvp of B/,
    ],
    [
      'one result twice',
      () =>
        class C extends torch.autograd.Function {
          static forward(_: FunctionContext, x: Tensor) {
            const y = x.mul(2);
            return [y, y];
          }
          static backward() {
            return null;
          }
        }.apply(leaf([1])),
      /received one twice/,
    ],
    [
      'a promise',
      () =>
        class D extends torch.autograd.Function {
          static async forward(_: FunctionContext, x: Tensor) {
            return x;
          }
          static backward() {
            return null;
          }
        }.apply(leaf([1])),
      /synchronous/,
    ],
  ])('%s is refused', (_, wrong, message) => {
    expect(wrong).toThrow(message);
  });
});

describe('without recording', () => {
  test('noGrad, inference mode and constants give plain results', () => {
    const x = leaf([2]);
    const results = [
      torch.noGrad(() => Exp.apply(x)),
      torch.inferenceMode(() => Exp.apply(x)),
      Exp.apply(float64([2])),
    ];
    for (const y of results) {
      expect(y.requiresGrad).toBe(false);
      expectClose(y, x.exp().detach());
    }
    expect(results[1]?.isInference()).toBe(true);
  });
});

describe('inside', () => {
  test('checkpoint', () => {
    const x = leaf([3]);
    const block = (y: Tensor): Tensor => Exp.apply(Cube.apply(y, 1)).sin();
    const found = torch.checkpoint(block, x);
    const first = torch.grad(found.sum(), x, { createGraph: true });
    const own = (y: Tensor): Tensor => y.pow(3).exp().sin();
    const expected = torch.grad(own(x).sum(), x, { createGraph: true });
    expectClose(first, expected);
    expectClose(torch.grad(first.sum(), x), torch.grad(expected.sum(), x));
  });

  test('jacobian, hessian, jvp, vjp and hvp', () => {
    const x = float64([3]);
    const mine = (y: Tensor): Tensor => Exp.apply(Cube.apply(y, 1));
    const own = (y: Tensor): Tensor => y.pow(3).exp();
    const v = float64([3], 5);
    expectClose(torch.jacobian(mine, x), torch.jacobian(own, x));
    expectClose(
      torch.hessian((y: Tensor) => mine(y).sum(), x),
      torch.hessian((y: Tensor) => own(y).sum(), x),
      1e-9,
    );
    expectClose(torch.jvp(mine, x, v).tangents, torch.jvp(own, x, v).tangents);
    expectClose(torch.vjp(mine, x, v).gradients, torch.vjp(own, x, v).gradients);
  });
});

test('20,000 calls leave no tensors, and nothing that grows', () => {
  const x = leaf([2]);
  const before = torch.memory().tensors;
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) torch.scope(() => Exp.apply(x).sum().backward());
    x.grad = null;
  };
  run(2000);
  const heap = process.memoryUsage().rss;
  run(20_000);
  expect(torch.memory().tensors).toBe(before);
  expect((process.memoryUsage().rss - heap) / 2 ** 20).toBeLessThan(30);
});

test('results that are left to the garbage collector are freed with their graphs', async () => {
  const x = leaf([2]);
  const before = await settledTensors();
  const work = (): void => {
    const y = Exp.apply(x).mul(x);
    const [first] = torch.grad(y.sum(), [x] as const, { createGraph: true });
    torch.grad(first.sum(), x);
    Exp.apply(x);
  };
  for (let i = 0; i < 50; i++) work();
  expect(await settledTensors()).toBe(before);
});
