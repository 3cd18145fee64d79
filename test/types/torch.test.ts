import { expectTypeOf } from 'expect-type';
import {
  type Complex,
  type Dtype,
  type FunctionContext,
  type LeakReport,
  type Scalar,
  type Tensor,
  torch,
} from '../../lib/torch';

// Checked by the compiler in `npm run check:types`; nothing here is run.
const never = (_: () => void): void => {};
declare const x: Tensor;

test('the types are checked by the compiler', () => {
  expect(never(() => undefined)).toBeUndefined();
});

never(() => {
  // Results.
  expectTypeOf(x.add(x)).toEqualTypeOf<Tensor>();
  expectTypeOf(x.add(1, { alpha: 2 })).toEqualTypeOf<Tensor>();
  expectTypeOf(x.sum()).toEqualTypeOf<Tensor>();
  expectTypeOf(x.sum(1, { keepdim: true, dtype: 'float64' })).toEqualTypeOf<Tensor>();
  expectTypeOf(x.max()).toEqualTypeOf<Tensor>();
  expectTypeOf(x.max(x)).toEqualTypeOf<Tensor>();
  expectTypeOf(x.max(0).indices).toEqualTypeOf<Tensor>();
  expectTypeOf(x.sort()).toExtend<[Tensor, Tensor]>();
  const [, places] = x.topk(2);
  expectTypeOf(places).toEqualTypeOf<Tensor>();
  expectTypeOf(x.split(2)).toEqualTypeOf<Tensor[]>();
  expectTypeOf(x.varMean(0, { correction: 0 })).toEqualTypeOf<[Tensor, Tensor]>();
  expectTypeOf(torch.linalg.svd(x, false)[0]).toEqualTypeOf<Tensor>();
  expectTypeOf(torch.einsum('ij,jk->ik', [x, x])).toEqualTypeOf<Tensor>();
  expectTypeOf(x.equal(x)).toEqualTypeOf<boolean>();
  expectTypeOf(x.numel()).toEqualTypeOf<number>();
  expectTypeOf(torch.broadcastTensors([x, x])).toEqualTypeOf<Tensor[]>();
  expectTypeOf(torch.resultType(x, 1)).toEqualTypeOf<Dtype>();
  expectTypeOf(torch.canCast('int8', 'int64')).toEqualTypeOf<boolean>();

  // In place.
  expectTypeOf(x.add_(x)).toEqualTypeOf<Tensor>();
  expectTypeOf(x.indexPut_(0, 1)).toEqualTypeOf<Tensor>();

  // Elements.
  expectTypeOf(x.item()).toEqualTypeOf<number | boolean | Complex>();
  expectTypeOf<Scalar>().toEqualTypeOf<number | bigint | boolean | Complex>();
  expectTypeOf(x.T).toEqualTypeOf<Tensor>();

  // Trees keep their structure.
  const params = { weight: x, layers: [x] };
  expectTypeOf(torch.grad(x, params)).toEqualTypeOf<{ weight: Tensor; layers: Tensor[] }>();
  expectTypeOf(torch.scope(() => ({ loss: 1, params }))).toEqualTypeOf<{
    loss: number;
    params: { weight: Tensor; layers: Tensor[] };
  }>();
});

never(() => {
  // What a checked function returns comes back, as a promise where it is one.
  expectTypeOf(torch.assertNoLeaks(() => x)).toEqualTypeOf<Tensor>();
  expectTypeOf(torch.assertNoLeaks(async () => 1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(torch.leaks(() => 'a').result).toEqualTypeOf<string>();
  expectTypeOf(torch.leaks(async () => x)).toEqualTypeOf<Promise<LeakReport<Tensor>>>();

  // Options: known names, of the right types.
  torch.zeros([2], { dtype: 'float64', device: 'cuda:0' });
  torch.rand([2], { generator: torch.generator(1) });
  x.std(0, { correction: 0 });
  x.clamp(0);
  x.clamp({ max: 1 });
  torch.full([2], 1n, { dtype: 'int16' });
  x.index([0, -1n, null, true, torch.slice(1), torch.ellipsis, x, [0, 1], [[true, false]]]);
  x.index(x).indexPut(x, 1, { accumulate: true });
  // @ts-expect-error an unknown option
  torch.zeros([2], { dtyp: 'float64' });
  // @ts-expect-error an unknown dtype
  torch.zeros([2], { dtype: 'float' });
  // @ts-expect-error a generator is no number
  torch.rand([2], { generator: 1 });
  // @ts-expect-error alpha is an option
  x.add(x, 2);
  // @ts-expect-error a tensor is wanted
  x.matmul(2);
  // @ts-expect-error dim is an integer
  x.softmax('0');
  // @ts-expect-error an argument is missing
  x.narrow(0, 1);
  // @ts-expect-error fillValue is required
  torch.full([2]);
  // @ts-expect-error no index
  x.index(['1']);
  // @ts-expect-error accumulate is an option
  x.indexPut_(0, 1, true);
  // @ts-expect-error a dtype
  torch.promoteTypes('float32', 'float');
  // @ts-expect-error properties are no functions
  x.real();
  // @ts-expect-error a function, no method
  x.cat([x]);
  // @ts-expect-error a function of torch.linalg
  x.linalgInv();
  // @ts-expect-error read-only
  x.T = x;
  // @ts-expect-error ragged types
  torch.tensor([1, 'a']);
});

class Typed extends torch.autograd.Function {
  static forward(ctx: FunctionContext<[Tensor], { scale: number }>, a: Tensor, scale: number) {
    ctx.saveForBackward(a);
    ctx.scale = scale;
    return { product: a.mul(scale), scale };
  }
  static backward(ctx: FunctionContext<[Tensor], { scale: number }>, g: { product: Tensor }) {
    expectTypeOf(ctx.savedTensors).toEqualTypeOf<[Tensor]>();
    return [g.product.mul(ctx.scale), null];
  }
}

class Separate extends torch.autograd.Function {
  static forward(a: Tensor, b: Tensor): [Tensor, Tensor] {
    return [a, b];
  }
  static setupContext(ctx: FunctionContext, inputs: readonly [Tensor, Tensor]): void {
    ctx.saveForBackward(...inputs);
  }
  static backward(_: FunctionContext, a: Tensor, b: Tensor) {
    return [a, b];
  }
}

never(() => {
  expectTypeOf(Typed.apply(x, 2)).toEqualTypeOf<{ product: Tensor; scale: number }>();
  expectTypeOf(Separate.apply(x, x)).toEqualTypeOf<[Tensor, Tensor]>();
  // @ts-expect-error: what forward takes
  Typed.apply(x, 'text');
  // @ts-expect-error: too few
  Separate.apply(x);
  // @ts-expect-error: no instances
  new Typed();

  const loss = (a: Tensor, p: { w: Tensor }): Tensor => a.mul(p.w).sum();
  expectTypeOf(torch.func.grad(loss)(x, { w: x })).toEqualTypeOf<Tensor>();
  expectTypeOf(torch.func.grad(loss, { argnums: 1 })(x, { w: x })).toEqualTypeOf<{ w: Tensor }>();
  expectTypeOf(torch.func.grad(loss, { argnums: -1 })(x, { w: x })).toEqualTypeOf<{ w: Tensor }>();
  expectTypeOf(torch.func.jacrev(loss, { argnums: [-1, -2] })(x, { w: x })).toEqualTypeOf<
    [{ w: Tensor }, Tensor]
  >();
  expectTypeOf(
    torch.func.valueAndGrad(loss, { argnums: [1, 0] })(x, { w: x }).gradients,
  ).toEqualTypeOf<[{ w: Tensor }, Tensor]>();
  expectTypeOf(torch.func.jacrev(loss, { argnums: 1 })(x, { w: x })).toEqualTypeOf<{ w: Tensor }>();
  expectTypeOf(torch.func.hessian(loss)(x, { w: x })).toEqualTypeOf<Tensor>();
  expectTypeOf(torch.func.linearize((a: Tensor) => a, x).jvp).toEqualTypeOf<
    (a: Tensor) => Tensor
  >();
  x.registerHook((g) => g.mul(2));
  x.registerHook((g) => void g.mul(2));
});
