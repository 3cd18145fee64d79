import { type FunctionContext, type Tensor, torch } from '../../../../lib/torch/index';
import { expectFixture, wave } from './fixture';

const { func, vmap } = torch;

test('a cube, whose slope is a result so that it is differentiated', () => {
  type Saved = FunctionContext<[Tensor, Tensor]>;
  class Cubed extends torch.autograd.Function {
    static forward(x: Tensor) {
      return [x.pow(3), x.pow(2).mul(3)] as const;
    }
    static setupContext(
      ctx: Saved,
      [x]: readonly [Tensor],
      [, slope]: readonly [Tensor, Tensor],
    ): void {
      ctx.saveForBackward(x, slope);
    }
    static backward(ctx: Saved, g: Tensor, gSlope: Tensor): Tensor {
      const [x, slope] = ctx.savedTensors;
      return g.mul(slope).add(gSlope.mul(6).mul(x));
    }
  }
  const x = wave([4], 1).requiresGrad_();
  const value = Cubed.apply(x)[0].mul(wave([4], 2));
  const first = torch.grad(value.sum(), x, { createGraph: true });
  const second = torch.grad(first.pow(2).sum(), x, { createGraph: true });
  expectFixture('cubed', first, second, torch.grad(second.sum(), x));
});

test('products and sums with a constant, without gradients that are not needed', () => {
  type Saved = FunctionContext<[], { constant: number }>;
  class Scaled extends torch.autograd.Function {
    static forward(ctx: Saved, x: Tensor, constant: number) {
      ctx.setMaterializeGrads(false);
      ctx.constant = constant;
      return [x.mul(constant), x.add(constant)] as const;
    }
    static backward(ctx: Saved, g: Tensor | null, h: Tensor | null) {
      const parts = [g === null ? null : g.mul(ctx.constant), h];
      const made = parts.filter((part) => part !== null);
      return [made.reduce((a, b) => a.add(b)), null];
    }
  }
  const x = wave([3], 3).requiresGrad_();
  expectFixture('scaledOne', torch.grad(Scaled.apply(x, 2.5)[0].sum(), x));
  const [product, sum] = Scaled.apply(x, 2.5);
  expectFixture('scaledTwo', torch.grad(product.mul(sum).sum(), x));
});

test('a shift in place', () => {
  class Shifted extends torch.autograd.Function {
    static forward(ctx: FunctionContext, x: Tensor, by: number): Tensor {
      x.add_(by);
      ctx.markDirty(x);
      return x;
    }
    static backward(_: FunctionContext, g: Tensor) {
      return [g.mul(2), null];
    }
  }
  const a = wave([3], 4).requiresGrad_();
  const b = a.mul(3);
  const c = Shifted.apply(b, 0.5);
  expectFixture('inPlace', b, torch.grad(c.mul(b).sum(), a));
});

test('a convolution and a batch norm, which keep the input alone', () => {
  type Saved = FunctionContext<[Tensor, Tensor], { eps: number }>;
  const dims = [0, 2, 3];
  const keepdim = true;
  class ConvNorm extends torch.autograd.Function {
    static forward(ctx: Saved, x: Tensor, weight: Tensor, eps: number): Tensor {
      ctx.saveForBackward(x, weight);
      ctx.eps = eps;
      const y = torch.conv2d(x, weight);
      const std = y.var(dims, { keepdim }).add(eps).sqrt();
      return y.sub(y.mean(dims, { keepdim })).div(std);
    }
    static backward(ctx: Saved, g: Tensor) {
      const [x, weight] = ctx.savedTensors;
      const y = torch.conv2d(x, weight);
      const freedom = y.numel() / (y.shape[1] ?? 1) - 1;
      const centered = y.sub(y.mean(dims, { keepdim }));
      const std = y.var(dims, { keepdim }).add(ctx.eps).sqrt();
      const along = g.mul(centered).sum(dims, { keepdim }).div(std.pow(3).mul(freedom));
      const own = g.sub(g.mean(dims, { keepdim })).div(std).sub(centered.mul(along));
      const inputs = [x.detach().requiresGrad_(), weight.detach().requiresGrad_()] as const;
      const product = torch.enableGrad(() => torch.conv2d(...inputs));
      const [gx, gw] = torch.grad(product, inputs, { gradOutputs: own });
      return [gx, gw, null];
    }
  }
  const x = wave([2, 2, 5, 4]).requiresGrad_();
  const w = wave([3, 2, 3, 2], 5).requiresGrad_();
  const y = ConvNorm.apply(x, w, 1e-3);
  expectFixture('fused', y, ...torch.grad(y.mul(wave(y.shape, 7)).sum(), [x, w]));
});

test('a derivative that goes forward, of two arguments', () => {
  type Saved = FunctionContext<[Tensor, Tensor]>;
  class Product extends torch.autograd.Function {
    static forward(ctx: Saved, x: Tensor, y: Tensor): Tensor {
      ctx.saveForBackward(x, y);
      return x.exp().mul(y);
    }
    static jvp(ctx: Saved, tx: Tensor, ty: Tensor): Tensor {
      const [x, y] = ctx.savedTensors;
      return x.exp().mul(y.mul(tx).add(ty));
    }
  }
  const product = (x: Tensor, y: Tensor): Tensor => Product.apply(x, y);
  const [x, y] = [wave([3], 1), wave([3], 2)];
  const { value, tangents } = func.jvp(product, [x, y], [wave([3], 3), wave([3], 4)]);
  const jacobians = func.jacfwd(product, { argnums: [0, 1] })(x, y);
  expectFixture('forwardMode', value, tangents, ...jacobians);
});

test('a rule for all samples at once', () => {
  type Saved = FunctionContext<[Tensor, Tensor]>;
  class Outer extends torch.autograd.Function {
    static forward(ctx: Saved, x: Tensor, y: Tensor): Tensor {
      ctx.saveForBackward(x, y);
      return x.unsqueeze(-1).mul(y.unsqueeze(-2));
    }
    static backward(ctx: Saved, g: Tensor) {
      const [x, y] = ctx.savedTensors;
      return [g.matmul(y), g.transpose(-1, -2).matmul(x)];
    }
    static vmap(
      _: unknown,
      inDims: readonly (number | null)[],
      ...inputs: readonly [Tensor, Tensor]
    ) {
      const [x, y] = inputs.map((input, i) => {
        const dim = inDims[i] ?? null;
        return dim === null ? input.unsqueeze(0) : input.movedim(dim, 0);
      }) as [Tensor, Tensor];
      return [x.unsqueeze(-1).mul(y.unsqueeze(-2)), 0] as const;
    }
  }
  const [x, y] = [wave([3, 4], 1), wave([2], 2)];
  const inDims = [1, null];
  const outer = (a: Tensor, b: Tensor): Tensor => Outer.apply(a, b);
  const slopes = func.grad((a: Tensor, b: Tensor) => outer(a, b).exp().sum(), { argnums: [0, 1] });
  const plain = func.grad((a: Tensor, b: Tensor) => a.outer(b).exp().sum(), { argnums: [0, 1] });
  const found = vmap(outer, { inDims })(x, y);
  expectFixture('batchingRule', found, ...vmap(plain, { inDims })(x, y));
  expectFixture('batchingRule', found, ...vmap(slopes, { inDims })(x, y));
});
