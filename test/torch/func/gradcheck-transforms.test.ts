import { type FunctionContext, type Tensor, torch } from '../../../lib/torch';
import { float64 } from '../../helpers/gradients';

const { func } = torch;

/** `exp`, with a derivative of its own. */
class Exp extends torch.autograd.Function {
  static forward(ctx: FunctionContext<[Tensor]>, x: Tensor): Tensor {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }
  static backward(ctx: FunctionContext<[Tensor]>, g: Tensor): Tensor {
    return g.mul(ctx.savedTensors[0]);
  }
}

const v = float64([3], 9);
const scalar = (x: Tensor): Tensor =>
  x
    .sin()
    .mul(Exp.apply(x.mul(0.3)))
    .sum();
const vector = (x: Tensor): Tensor => Exp.apply(x.mul(0.3)).cumsum(0).sin();

/** What each transform makes of a function of three numbers. */
const TRANSFORMS: [string, (x: Tensor) => Tensor][] = [
  ['grad', func.grad(scalar)],
  ['valueAndGrad', (x) => torch.valueAndGrad(scalar)(x).gradients],
  ['vjp', (x) => torch.vjp(vector, x, v).gradients],
  ['jvp', (x) => torch.jvp(vector, x, v).tangents],
  ['hvp', (x) => torch.hvp(scalar, x, v).product],
  ['jacrev', func.jacrev(vector)],
  ['jacfwd', func.jacfwd(vector)],
  ['hessian', func.hessian(scalar)],
  ['linearize', (x) => func.linearize(vector, x).jvp(v)],
  ['grad of grad', func.grad((x: Tensor) => func.grad(scalar)(x).pow(2).sum())],
  ['jacrev of jacfwd', (x) => func.jacrev(func.jacfwd(vector))(x).sum([0])],
  ['grad of a vmap', func.grad((x: Tensor) => torch.vmap(func.grad(scalar))(x.outer(x)).sum())],
];

describe.each(TRANSFORMS)('%s', (_, transform) => {
  const x = float64([3], 1).requiresGrad_();
  const rows = float64([2, 3], 2).requiresGrad_();
  const few = { atol: 1e-4 };

  test('passes gradcheck and gradgradcheck', () => {
    expect(torch.gradcheck(transform, [x], few)).toBe(true);
    expect(torch.gradgradcheck(transform, [x], few)).toBe(true);
  });

  test('passes them under vmap', () => {
    const mapped = (y: Tensor): Tensor => torch.vmap(transform)(y);
    expect(torch.gradcheck(mapped, [rows], few)).toBe(true);
    expect(torch.gradgradcheck(mapped, [rows], few)).toBe(true);
  });
});
