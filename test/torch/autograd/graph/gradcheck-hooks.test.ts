import { type Tensor, torch } from '../../../../lib/torch/index';
import { expectClose, float64 } from '../../../helpers/gradients';

const leaf = (shape: readonly number[], seed = 1): Tensor => float64(shape, seed).requiresGrad_();

function expectChecked(fn: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): void {
  expect(torch.gradcheck(fn, inputs)).toBe(true);
  expect(torch.gradgradcheck(fn, inputs)).toBe(true);
}

/** The values of `sin` with the graph of the identity: only a hook can make its gradients right. */
const valuesOfSin = (x: Tensor): Tensor => x.add(x.sin().sub(x).detach());

/** `sin`, whose derivative is a hook's. */
function sinByHook(x: Tensor): Tensor {
  const y = valuesOfSin(x);
  y.registerHook((g) => g.mul(x.cos()));
  return y;
}

/** The same, times 3 on the way back but for a hook, which keeps no tensor: those that vmap makes end with it. */
function sinByShare(x: Tensor): Tensor {
  const y = x.mul(3);
  y.registerHook((g) => g.div(3));
  return y.sub(x.detach().mul(2)).sin();
}

/** The same by a hook of the node that made the values. */
function sinByNode(x: Tensor): Tensor {
  const y = valuesOfSin(x);
  y.gradFn?.registerHook((inputs) => inputs.map((g) => g?.mul(x.cos()) ?? null));
  return y;
}

/** The same before the node runs. */
function sinByPrehook(x: Tensor): Tensor {
  const y = valuesOfSin(x);
  y.gradFn?.registerPrehook((outputs) => outputs.map((g) => g?.mul(x.cos()) ?? null));
  return y;
}

/** The same by hooks for what is saved: `y` is kept as its half. */
const throughSaved = (x: Tensor): Tensor =>
  torch.autograd.savedTensorsHooks(
    (saved) => saved.div(2),
    (half) => half.mul(2),
    () => x.sin(),
  );

describe.each<[string, (x: Tensor) => Tensor, boolean]>([
  ['a hook of a tensor', sinByShare, true],
  ['a hook that keeps a tensor', sinByHook, false],
  ['a hook of a node', sinByNode, false],
  ['a hook before a node', sinByPrehook, false],
  ['hooks of saved tensors', throughSaved, true],
])('%s', (_, sin, maps) => {
  const x = leaf([3]);

  test('passes gradcheck and gradgradcheck, alone and within other operators', () => {
    expectChecked(sin, x);
    expectChecked((y, w) => sin(y.mul(w)).pow(2).matmul(w), x, leaf([3], 2));
  });

  test('nested, to the third order', () => {
    expectChecked((y) => sin(sin(y).mul(2)), x);
    const third = (fn: (y: Tensor) => Tensor): Tensor => {
      const [first] = torch.grad(fn(x).sum(), [x], { createGraph: true });
      const [second] = torch.grad(first.sum(), [x], { createGraph: true });
      return torch.grad(second.sum(), x);
    };
    expectClose(third(sin), x.cos().neg());
  });

  (maps ? test : test.skip)('under vmap, and vmap in vmap', () => {
    const rows = leaf([2, 3], 3);
    expectChecked((y) => torch.vmap((row: Tensor) => sin(row).prod())(y), rows);
    const twice = (y: Tensor): Tensor => torch.vmap(torch.vmap(sin))(y);
    expectChecked(twice, rows);
  });

  (maps ? test : test.skip)('within the transforms of torch.func', () => {
    const { func } = torch;
    const sum = (fn: (y: Tensor) => Tensor) => (y: Tensor) => fn(y).pow(2).sum();
    const own = (y: Tensor): Tensor => y.sin();
    expectClose(func.grad(sum(sin))(x), func.grad(sum(own))(x));
    expectClose(func.jacrev(sin)(x), func.jacrev(own)(x));
    expectClose(func.hessian(sum(sin))(x), func.hessian(sum(own))(x));
    expectChecked((y) => func.grad(sum(sin))(y), x);
  });
});

test('without its hook it fails', () => {
  expect(torch.gradcheck(valuesOfSin, [leaf([3])], { raise: false })).toBe(false);
});
