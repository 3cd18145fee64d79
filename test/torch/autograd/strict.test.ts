import { type Tensor, torch } from '../../../lib/torch/index';
import { float64 } from '../../helpers/gradients';

const x = float64([2]);
const y = float64([2], 2);
const cut = (a: Tensor): Tensor => torch.noGrad(() => a.pow(2).sum());
const other = float64([2], 3).requiresGrad_();
const autograd = expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' });
const strict = { strict: true };

describe('valueAndGrad refuses a value that depends on none of the parameters', () => {
  const refused = expect.objectContaining({
    code: 'ERR_TORCH_AUTOGRAD',
    message: expect.stringContaining(
      'valueAndGrad: Expected the result of fn to depend on its first',
    ),
  });
  test.each([
    ['under noGrad', cut],
    ['detached', (a: Tensor) => a.sum().detach()],
    ['of other tensors', () => other.pow(2).sum()],
  ])('%s', (_, fn) => {
    expect(() => torch.valueAndGrad(fn)(x)).toThrow(refused);
    expect(() => torch.valueAndGrad(fn, { createGraph: true })(x)).toThrow(refused);
  });

  test('one parameter that is used is enough', () => {
    const { gradients } = torch.valueAndGrad((p: { a: Tensor; b: Tensor }) => p.a.sum())({
      a: x,
      b: y,
    });
    expect(gradients.a.tolist()).toEqual([1, 1]);
    expect(gradients.b.tolist()).toEqual([0, 0]);
  });
});

describe('without strict, what does not depend has derivatives of zero', () => {
  test('of results that are cut off', () => {
    expect(torch.vjp(cut, x).gradients.tolist()).toEqual([0, 0]);
    expect(torch.jvp(cut, x, y).tangents.item()).toBe(0);
    expect(torch.hvp(cut, x, y).product.tolist()).toEqual([0, 0]);
    expect(torch.jacobian(cut, x).tolist()).toEqual([0, 0]);
    expect(torch.hessian((a) => a.sum(), x).tolist()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe('strict refuses it', () => {
  test.each<[string, () => unknown]>([
    ['vjp', () => torch.vjp(cut, x, undefined, strict)],
    ['vjp of one of two inputs', () => torch.vjp((a, _) => a.sum(), [x, y], undefined, strict)],
    ['jvp', () => torch.jvp(cut, x, y, strict)],
    ['jvp of a result that is cut off', () => torch.jvp((a) => [a, cut(a)], x, y, strict)],
    ['hvp', () => torch.hvp(cut, x, y, strict)],
    ['hvp of a linear function', () => torch.hvp((a) => a.sum(), x, y, strict)],
    ['jacobian', () => torch.jacobian(cut, x, strict)],
    ['jacobian of one of two outputs', () => torch.jacobian((a) => [a, cut(a)], x, strict)],
    ['hessian', () => torch.hessian(cut, x, strict)],
    ['hessian of a linear function', () => torch.hessian((a) => a.sum(), x, strict)],
  ])('%s', (_, run) => {
    expect(run).toThrow(autograd);
  });

  test('and gives the same where all depends', () => {
    const square = (a: Tensor): Tensor => a.pow(2).sum();
    expect(torch.vjp(square, x, undefined, strict).gradients.equal(x.mul(2))).toBe(true);
    expect(torch.hvp(square, x, y, strict).product.equal(y.mul(2))).toBe(true);
    expect(torch.jvp(square, x, y, strict).tangents.item()).toBeCloseTo(
      Number(x.mul(y).mul(2).sum().item()),
    );
    expect(torch.jacobian(square, x, strict).equal(x.mul(2))).toBe(true);
    expect(torch.hessian(square, x, strict).equal(torch.eye(2, { dtype: 'float64' }).mul(2))).toBe(
      true,
    );
  });
});
