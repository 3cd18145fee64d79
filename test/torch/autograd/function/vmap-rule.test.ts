import {
  type FunctionContext,
  type Tensor,
  torch,
  type VmapInfo,
} from '../../../../lib/torch/index';
import { expectClose, float64 } from '../../../helpers/gradients';

type Saved = FunctionContext<[Tensor, Tensor]>;

/** `sin(a) · b`, elementwise. */
class SinTimes extends torch.autograd.Function {
  static forward(ctx: Saved, a: Tensor, b: Tensor): Tensor {
    ctx.saveForBackward(a, b);
    return a.sin().mul(b);
  }
  static backward(ctx: Saved, g: Tensor) {
    const [a, b] = ctx.savedTensors;
    return [g.mul(a.cos()).mul(b), g.mul(a.sin())];
  }
}

/** The same, and what vmap does is said. */
class WithRule extends torch.autograd.Function {
  static calls: VmapInfo[] = [];
  static forward = SinTimes.forward;
  static backward = SinTimes.backward;
  static vmap(
    info: VmapInfo,
    inDims: readonly [number | null, number | null],
    a: Tensor,
    b: Tensor,
  ) {
    WithRule.calls.push(info);
    const front = (x: Tensor, dim: number | null): Tensor =>
      dim === null ? x.expand([info.batchSize, ...x.shape]) : x.movedim(dim, 0);
    return [WithRule.apply(front(a, inDims[0]), front(b, inDims[1])), 0] as const;
  }
}

const own = (a: Tensor, b: Tensor): Tensor => a.sin().mul(b);
const cases: [string, (a: Tensor, b: Tensor) => Tensor][] = [
  ['without a rule', (a, b) => SinTimes.apply(a, b)],
  ['by its rule', (a, b) => WithRule.apply(a, b)],
];

describe.each(cases)('inside vmap, %s', (_, fn) => {
  const a = float64([4, 3], 1);
  const b = float64([4, 3], 2);
  const shared = float64([3], 3);

  test('the results of samples', () => {
    expectClose(torch.vmap(fn)(a, b), own(a, b));
    expectClose(torch.vmap(fn, { inDims: [0, null] })(a, shared), own(a, shared));
    expectClose(torch.vmap(fn, { inDims: [null, 0] })(shared, b), own(shared, b));
    expectClose(torch.vmap(fn, { inDims: 1, outDims: 1 })(a, b), own(a, b));
  });

  test('nested, each argument along a level of its own', () => {
    const outer = (f: typeof fn) =>
      torch.vmap((x: Tensor) => torch.vmap((y: Tensor) => f(x, y))(b))(a);
    expectClose(outer(fn), outer(own));
  });

  test('gradients through what vmap gave, of both orders', () => {
    const second = (f: typeof fn): Tensor[] => {
      const [x, y] = [a.clone().requiresGrad_(), shared.clone().requiresGrad_()];
      const z = torch.vmap(f, { inDims: [0, null] })(x, y);
      const [gx, gy] = torch.grad(z.pow(2).sum(), [x, y] as const, { createGraph: true });
      return [gx, gy, ...torch.grad(gx.mul(x).sum().add(gy.pow(2).sum()), [x, y])];
    };
    const expected = second(own);
    second(fn).forEach((found, i) => {
      expectClose(found, expected[i] as Tensor);
    });
  });

  test('the gradients of each sample, of what varies and what does not', () => {
    const perSample = (f: typeof fn) =>
      torch.vmap(
        (x: Tensor) =>
          torch.valueAndGrad((params: { x: Tensor; y: Tensor }) =>
            f(params.x, params.y).pow(2).sum(),
          )({ x, y: shared }).gradients,
      )(a);
    expectClose(perSample(fn).x, perSample(own).x);
    expectClose(perSample(fn).y, perSample(own).y);
    const plain = shared.clone().requiresGrad_();
    const byGrad = (f: typeof fn) =>
      torch.vmap((x: Tensor) => torch.grad(f(x, plain).pow(2).sum(), plain))(a);
    expectClose(byGrad(fn), byGrad(own));
  });

  test('jacobians, hessians and their vmap', () => {
    const jacobians = (f: typeof fn) =>
      torch.vmap((x: Tensor) => torch.jacobian((y: Tensor) => f(y, shared).cumsum(0), x))(a);
    expectClose(jacobians(fn), jacobians(own));
    const hessians = (f: typeof fn) =>
      torch.vmap((x: Tensor) => torch.hessian((y: Tensor) => f(y, y).pow(2).sum(), x))(a);
    expectClose(hessians(fn), hessians(own));
  });

  test('gradcheck and gradgradcheck of it', () => {
    const inputs: [Tensor, Tensor] = [a.clone().requiresGrad_(), shared.clone().requiresGrad_()];
    const mapped = (x: Tensor, y: Tensor): Tensor => torch.vmap(fn, { inDims: [0, null] })(x, y);
    expect(torch.gradcheck(mapped, inputs)).toBe(true);
    expect(torch.gradgradcheck(mapped, inputs)).toBe(true);
  });
});

test('a rule knows how many samples there are', () => {
  WithRule.calls = [];
  torch.vmap((x: Tensor) => WithRule.apply(x, x), { randomness: 'same' })(float64([5, 2]));
  expect(WithRule.calls).toEqual([{ batchSize: 5, randomness: 'same' }]);
});

test('a rule that throws, or gives something else, leaves vmap in order', () => {
  const mine = new Error('mine');
  class Bad extends torch.autograd.Function {
    static forward = SinTimes.forward;
    static backward = SinTimes.backward;
    static wrong: unknown;
    static vmap(): never {
      if (Bad.wrong === undefined) throw mine;
      return Bad.wrong as never;
    }
  }
  const x = float64([2, 2]);
  expect(() => torch.vmap((y: Tensor) => Bad.apply(y, y))(x)).toThrow(mine);
  Bad.wrong = x;
  expect(() => torch.vmap((y: Tensor) => Bad.apply(y, y))(x)).toThrow(/\[result, outDims\]/);
  expect(torch.insideVmap()).toBe(false);
  expectClose(torch.vmap((y: Tensor) => y.mul(2))(x), x.mul(2));
});

describe('jvp', () => {
  class Tangent extends torch.autograd.Function {
    static calls = 0;
    static forward(ctx: FunctionContext<[Tensor, Tensor]>, x: Tensor): Tensor {
      const y = x.exp();
      ctx.saveForBackward(x, y);
      return y;
    }
    static jvp(ctx: FunctionContext<[Tensor, Tensor]>, tangent: Tensor): Tensor {
      Tangent.calls++;
      return tangent.mul(ctx.savedTensors[1]);
    }
  }
  class Both extends torch.autograd.Function {
    static used: string[] = [];
    static forward = Tangent.forward;
    static backward(ctx: FunctionContext<[Tensor, Tensor]>, g: Tensor): Tensor {
      Both.used.push('backward');
      return g.mul(ctx.savedTensors[1]);
    }
    static jvp(ctx: FunctionContext<[Tensor, Tensor]>, tangent: Tensor): Tensor {
      Both.used.push('jvp');
      return tangent.mul(ctx.savedTensors[1]);
    }
  }

  test('gradients are made from it where there is no backward', () => {
    const x = float64([3]).requiresGrad_();
    expect(torch.gradcheck((y: Tensor) => Tangent.apply(y), [x])).toBe(true);
    expect(torch.gradgradcheck((y: Tensor) => Tangent.apply(y), [x])).toBe(true);
    const hessians = torch.vmap((y: Tensor) => torch.hessian((z) => Tangent.apply(z).sum(), y));
    expectClose(hessians(float64([2, 3])), float64([2, 3]).exp().diagEmbed());
  });

  test('torch.jvp uses it, gradients use backward', () => {
    const [x, v] = [float64([3]), float64([3], 2)];
    Both.used = [];
    expectClose(torch.jvp((y: Tensor) => Both.apply(y), x, v).tangents, x.exp().mul(v));
    expect(new Set(Both.used)).toEqual(new Set(['jvp']));
    Both.used = [];
    torch.vjp((y: Tensor) => Both.apply(y), x, v);
    expect(Both.used).toEqual(['backward']);
  });

  test('of several arguments and results', () => {
    class Pair extends torch.autograd.Function {
      static forward(ctx: FunctionContext<[Tensor, Tensor]>, a: Tensor, scale: number, b: Tensor) {
        ctx.saveForBackward(a, b);
        return { product: a.mul(b).mul(scale), sum: [a.add(b)] as const };
      }
      static jvp(ctx: FunctionContext<[Tensor, Tensor]>, ta: Tensor, scale: null, tb: Tensor) {
        expect(scale).toBeNull();
        const [a, b] = ctx.savedTensors;
        return { product: ta.mul(b).add(a.mul(tb)).mul(3), sum: [ta.add(tb)] };
      }
    }
    const inputs: [Tensor, Tensor] = [
      float64([2]).requiresGrad_(),
      float64([2], 2).requiresGrad_(),
    ];
    const fn = (a: Tensor, b: Tensor) => Pair.apply(a, 3, b);
    expect(torch.gradcheck(fn, inputs)).toBe(true);
    expect(torch.gradgradcheck(fn, inputs)).toBe(true);
  });
});
