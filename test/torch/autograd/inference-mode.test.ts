import { type Tensor, torch } from '../../../lib/torch/index';
import { float64 } from '../../helpers/gradients';

const x = float64([2]);
const square = (a: Tensor): Tensor => a.pow(2).sum();

describe('inference mode, in which gradients would be zeros, is refused by', () => {
  test.each<[string, () => unknown]>([
    ['valueAndGrad', () => torch.valueAndGrad(square)(x)],
    ['vjp', () => torch.vjp(square, x)],
    ['jvp', () => torch.jvp(square, x, x)],
    ['hvp', () => torch.hvp(square, x, x)],
    ['jacobian', () => torch.jacobian(square, x)],
    ['hessian', () => torch.hessian(square, x)],
    ['gradcheck', () => torch.gradcheck(square, x.detach().requiresGrad_())],
    ['gradgradcheck', () => torch.gradgradcheck(square, x.detach().requiresGrad_())],
  ])('%s', (name, run) => {
    const refused = expect.objectContaining({
      code: 'ERR_TORCH_AUTOGRAD',
      message: expect.stringContaining(`${name}: Expected to be called outside inferenceMode`),
    });
    expect(() => torch.inferenceMode(run)).toThrow(refused);
    expect(() => torch.inferenceMode(() => torch.enableGrad(run))).toThrow(refused);
    expect(() => torch.inferenceMode(() => torch.inferenceMode(() => 0) + Number(run()))).toThrow(
      refused,
    );
    // The mode is left, also by the error.
    run();
  });
});

test('grad of what was recorded before works there, without a graph of its own', () => {
  const a = x.detach().requiresGrad_();
  const loss = square(a);
  expect(
    torch.inferenceMode(() => torch.grad(loss, a, { retainGraph: true })).equal(a.mul(2)),
  ).toBe(true);
  expect(() => torch.inferenceMode(() => torch.grad(loss, a, { createGraph: true }))).toThrow(
    'grad: Expected to be called outside inferenceMode',
  );
});

test('noGrad may be around', () => {
  const found = torch.noGrad(() => torch.jacobian((a: Tensor) => a.pow(2), x));
  expect(found.equal(x.mul(2).diag())).toBe(true);
});
