import { type FunctionContext, type Tensor, torch } from '../../../../lib/torch/index';
import { expectFixture, wave } from './fixture';

const scalar = (value: number): Tensor =>
  torch.tensor(value, { dtype: 'float64', requiresGrad: true });

test('a polynomial of Legendre, fitted to a sine', () => {
  class Legendre extends torch.autograd.Function {
    static forward(ctx: FunctionContext<[Tensor]>, x: Tensor): Tensor {
      ctx.saveForBackward(x);
      return x.pow(3).mul(5).sub(x.mul(3)).mul(0.5);
    }
    static backward(ctx: FunctionContext<[Tensor]>, g: Tensor): Tensor {
      const [x] = ctx.savedTensors;
      return x.pow(2).mul(5).sub(1).mul(1.5).mul(g);
    }
  }
  const x = torch.linspace(-3, 3, 50, { dtype: 'float64' });
  const y = x.sin();
  let params = [0, -1, 0, 0.3].map(scalar);
  for (let step = 0; step < 20; step++) {
    params = torch.replace(params, ([a, b, c, d]) => {
      const [p, q, r, s] = [a, b, c, d] as [Tensor, Tensor, Tensor, Tensor];
      const fitted = p.add(q.mul(Legendre.apply(r.add(s.mul(x)))));
      const gradients = torch.grad(fitted.sub(y).pow(2).sum(), [p, q, r, s]);
      return [p, q, r, s].map((old, i) =>
        old
          .detach()
          .sub((gradients[i] as Tensor).mul(1e-3))
          .requiresGrad_(),
      );
    });
  }
  expectFixture('legendre', ...params);
});

test('a linear layer with a context of its own', () => {
  type Saved = FunctionContext<[Tensor, Tensor]>;
  class Linear extends torch.autograd.Function {
    static forward(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
      return x.mm(weight.t()).add(bias);
    }
    static setupContext(ctx: Saved, [x, weight]: readonly [Tensor, Tensor, Tensor]): void {
      ctx.saveForBackward(x, weight);
    }
    static backward(ctx: Saved, g: Tensor) {
      const [x, weight] = ctx.savedTensors;
      return [g.mm(weight), g.t().mm(x), g.sum(0)];
    }
  }
  const x = wave([4, 3]).requiresGrad_();
  const w = wave([2, 3], 1).requiresGrad_();
  const b = wave([2], 2).requiresGrad_();
  const y = Linear.apply(x, w, b);
  const first = torch.grad(y.pow(3).sum(), [x, w, b], { createGraph: true });
  const squares = first.map((gradient) => gradient.pow(2).sum());
  const second = torch.grad(torch.stack(squares).sum(), [x, w, b]);
  expectFixture('linear', y, ...first, ...second);
});

test('sorting, with places that have no gradient', () => {
  type Saved = FunctionContext<[Tensor, Tensor], { dim: number }>;
  class Sort extends torch.autograd.Function {
    static forward(x: Tensor, dim: number) {
      const index = x.argsort(dim);
      return [x.gather(dim, index), index, index.argsort(dim)] as const;
    }
    static setupContext(
      ctx: Saved,
      inputs: readonly [Tensor, number],
      [, index, inverse]: readonly [Tensor, Tensor, Tensor],
    ): void {
      ctx.markNonDifferentiable(index, inverse);
      ctx.saveForBackward(index, inverse);
      ctx.dim = inputs[1];
    }
    static backward(ctx: Saved, g: Tensor) {
      return [g.gather(ctx.dim, ctx.savedTensors[1]), null];
    }
  }
  const x = wave([3, 4]).requiresGrad_();
  const [values, index] = Sort.apply(x, 1);
  const gradient = torch.grad(values.mul(wave([3, 4], 5)).sum(), x);
  expectFixture('sort', values, index.to('float64'), gradient);
});

test('intermediates as results, so that second derivatives are right', () => {
  class Sinh extends torch.autograd.Function {
    static forward(ctx: FunctionContext<[Tensor, Tensor]>, x: Tensor) {
      const [up, down] = [x.exp(), x.neg().exp()] as const;
      ctx.saveForBackward(up, down);
      return [up.sub(down).div(2), up, down] as const;
    }
    static backward(ctx: FunctionContext<[Tensor, Tensor]>, g: Tensor, gUp: Tensor, gDown: Tensor) {
      const [up, down] = ctx.savedTensors;
      return g.mul(up.add(down)).div(2).add(gUp.mul(up)).sub(gDown.mul(down));
    }
  }
  const x = wave([3]).requiresGrad_();
  const [first] = torch.grad(Sinh.apply(x)[0].sum(), [x] as const, { createGraph: true });
  expectFixture('sinh', first, torch.grad(first.sum(), x));
});

test('rounding with a gradient that goes straight through', () => {
  class Round extends torch.autograd.Function {
    static forward(_: FunctionContext, x: Tensor): Tensor {
      return x.round();
    }
    static backward(_: FunctionContext, g: Tensor): Tensor {
      return g;
    }
  }
  const w = wave([5]).requiresGrad_();
  expectFixture('straightThrough', torch.grad(Round.apply(w.mul(3)).sub(1).pow(2).sum(), w));
});

test('a gradient that is reversed', () => {
  class Reverse extends torch.autograd.Function {
    static forward(ctx: FunctionContext<[], { alpha: number }>, x: Tensor, alpha: number): Tensor {
      ctx.alpha = alpha;
      return x.viewAs(x);
    }
    static backward(ctx: FunctionContext<[], { alpha: number }>, g: Tensor) {
      return [g.mul(-ctx.alpha), null];
    }
  }
  const x = wave([4, 3]).requiresGrad_();
  const w = wave([3, 2], 1).requiresGrad_();
  const v = wave([2, 1], 2).requiresGrad_();
  const hidden = x.matmul(w).tanh();
  const loss = Reverse.apply(hidden, 0.3).matmul(v).pow(2).mean().add(hidden.pow(2).sum());
  expectFixture('reversal', ...torch.grad(loss, [x, w, v]));
});

test('hooks that clip and double gradients on their way', () => {
  const x = wave([4]).requiresGrad_();
  const y = x.mul(3);
  y.registerHook((gradient) => gradient.clamp(-0.5, 0.5));
  y.retainGrad();
  const z = y.mul(y).sin();
  z.registerHook((gradient) => gradient.mul(2));
  z.sum().backward();
  expectFixture('hooks', x.grad as Tensor, y.grad as Tensor);
});

test('an optimizer step within backward', () => {
  const params = [wave([2, 3], 1).requiresGrad_(), wave([2], 2).requiresGrad_()] as const;
  for (const param of params) {
    param.registerPostAccumulateGradHook((leaf) => {
      torch.noGrad(() => leaf.sub_((leaf.grad as Tensor).mul(0.1)));
      leaf.grad = null;
    });
  }
  for (let k = 0; k < 3; k++) {
    const output = params[0]
      .matmul(wave([3], k))
      .add(params[1])
      .tanh();
    output.sub(0.5).pow(2).sum().backward();
  }
  expectFixture('stepInBackward', ...params);
});

test('what is saved, in lower precision', () => {
  const x = wave([3, 3]).requiresGrad_();
  const y = torch.autograd.savedTensorsHooks(
    (tensor) => tensor.to('float32'),
    (packed) => packed.to('float64'),
    () => x.matmul(x).exp().sum(),
  );
  expectFixture('packed', torch.grad(y, x));
});
