import { type FunctionContext, type Tensor, torch } from '../../../../lib/torch/index';
import { expectClose, float64 } from '../../../helpers/gradients';

const { savedTensorsHooks } = torch.autograd;
const mine = new Error('mine');
const fail = (): never => {
  throw mine;
};
const same = (x: Tensor): Tensor => x;
const leaf = (seed = 1): Tensor => float64([3], seed).requiresGrad_();

test('what operators save goes through the hooks', () => {
  const x = leaf();
  const counts = { pack: 0, unpack: 0 };
  const pack = (saved: Tensor) => {
    counts.pack++;
    return { data: Array.from(saved.data() as Float64Array), shape: saved.shape };
  };
  const unpack = ({ data, shape }: ReturnType<typeof pack>) => {
    counts.unpack++;
    return torch.tensor(data, { dtype: 'float64' }).view(shape);
  };
  const y = savedTensorsHooks(pack, unpack, () => x.exp().mul(x).sum());
  expect(counts).toEqual({ pack: 3, unpack: 0 });
  const first = torch.grad(y, x, { createGraph: true });
  expect(counts.unpack).toBe(3);
  const expected = torch.grad(x.exp().mul(x).sum(), x, { createGraph: true });
  expectClose(first, expected);
  expectClose(torch.grad(first.sum(), x), torch.grad(expected.sum(), x));
  x.exp();
  expect(counts.pack).toBe(3);
});

test('tensors of what pack gives outlive its scope, and the call leaves none', () => {
  const x = leaf();
  torch.assertNoLeaks(() =>
    torch.scope(() => {
      const y = torch.scope(() =>
        savedTensorsHooks(
          (t) => [{ half: t.div(2) }, 'text'] as const,
          ([{ half }]) => half.mul(2),
          () => x.exp().sum(),
        ),
      );
      expectClose(torch.grad(y, x), x.exp().detach());
    }),
  );
});

test('regions nest with each other and with checkpoint, the innermost counts', () => {
  const x = leaf();
  const seen: string[] = [];
  const note = (name: string) => (t: Tensor) => {
    seen.push(name);
    return t;
  };
  const y = savedTensorsHooks(note('outer'), same, () => {
    const inner = savedTensorsHooks(note('inner'), same, () => x.exp());
    return torch.checkpoint((z: Tensor) => z.sin(), inner.exp());
  });
  // What the checkpoint's operators save is its own; its input is saved like any other.
  expect(seen).toEqual(['inner', 'outer', 'outer']);
  expectClose(torch.grad(y.sum(), x), torch.grad(x.exp().exp().sin().sum(), x));
});

test('what a Function saves goes through them too', () => {
  class Square extends torch.autograd.Function {
    static forward(ctx: FunctionContext<[Tensor]>, z: Tensor): Tensor {
      ctx.saveForBackward(z);
      return z.pow(2);
    }
    static backward(ctx: FunctionContext<[Tensor]>, g: Tensor): Tensor {
      return g.mul(ctx.savedTensors[0]).mul(2);
    }
  }
  const x = leaf();
  let packed = 0;
  const count = (t: Tensor) => {
    packed++;
    return t.clone();
  };
  const y = savedTensorsHooks(count, same, () => Square.apply(x));
  expect(packed).toBe(1);
  expectClose(torch.grad(y.sum(), x), x.mul(2).detach());
});

test('errors of pack and unpack are thrown as they are, and nothing is left', () => {
  const x = leaf();
  const thrown = (fn: () => unknown): unknown => {
    try {
      fn();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  torch.assertNoLeaks(() => {
    expect(thrown(() => savedTensorsHooks(fail, same, () => x.exp()))).toBe(mine);
  });
  let broken = true;
  const y = savedTensorsHooks(
    same,
    (t) => (broken ? fail() : t),
    () => x.exp().sum(),
  );
  expect(thrown(() => torch.grad(y, x, { retainGraph: true }))).toBe(mine);
  broken = false;
  expectClose(torch.grad(y, x), x.exp().detach());
  x.exp();
});

test.each<[string, unknown, RegExp]>([
  ['no tensor', 5, /a tensor for the result of unpack/],
  ['another shape', torch.ones([2], { dtype: 'float64' }), /shape \[3\] for the result of unpack/],
  ['another dtype', torch.ones([3]), /dtype float64 for the result of unpack/],
])('unpack is refused %s', (_, found, message) => {
  const x = leaf();
  const y = savedTensorsHooks(
    same,
    () => found as Tensor,
    () => x.exp().sum(),
  );
  expect(() => torch.grad(y, x)).toThrow(message);
});

test('promises are refused, and the region ends', () => {
  const x = leaf();
  expect(() => savedTensorsHooks(same, same, async () => x.exp())).toThrow(/synchronous/);
  expect(() =>
    savedTensorsHooks(
      async (t: Tensor) => t,
      same as never,
      () => x.exp(),
    ),
  ).toThrow(/synchronous/);
  expectClose(torch.grad(x.exp().sum(), x), x.exp().detach());
});
