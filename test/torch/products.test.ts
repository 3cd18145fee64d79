import fc from 'fast-check';
import { type Tensor, torch } from '../../lib/torch';
import { expectClose, float64 } from '../helpers/gradients';

const x = float64([3]);
const m = float64([4, 3], 2);
const fn = (a: Tensor): Tensor => m.matmul(a).tanh();

test('vjp and jvp are products with the Jacobian', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
      torch.scope(() => {
        const jacobian = torch.jacobian(fn, x);
        const [u, v] = [float64([4], seed), float64([3], seed + 1)];
        expectClose(torch.vjp(fn, x, u).gradients, u.matmul(jacobian));
        expectClose(torch.jvp(fn, x, v).tangents, jacobian.matmul(v));
        expectClose(torch.vjp(fn, x, u).value, fn(x));
        expectClose(torch.jvp(fn, x, v).value, fn(x));
      });
    }),
    { numRuns: 20 },
  );
});

test('hvp is the product with the Hessian', () => {
  const scalar = (a: Tensor): Tensor => fn(a).pow(3).sum();
  const v = float64([3], 5);
  const { value, product } = torch.hvp(scalar, x, v);
  expectClose(product, torch.hessian(scalar, x).matmul(v));
  expectClose(value, scalar(x));
});

test('trees of inputs and outputs', () => {
  const parts = { a: x, b: m };
  const tree = ({ a, b }: typeof parts) => [b.matmul(a), a.sin()] as const;
  const seeds = [float64([4], 3), float64([3], 4)] as const;
  const { gradients } = torch.vjp(tree, parts, seeds);
  expectClose(gradients.a, seeds[0].matmul(m).add(seeds[1].mul(x.cos())));
  expectClose(gradients.b, seeds[0].outer(x));
  // The order of the keys of a tangent does not matter.
  const direction = { b: float64([4, 3], 6), a: float64([3], 5) };
  const { tangents } = torch.jvp(tree, parts, direction);
  expectClose(tangents[0], direction.b.matmul(x).add(m.matmul(direction.a)));
  expectClose(tangents[1], x.cos().mul(direction.a));
});

test('what does not depend on the inputs gives zeros', () => {
  const outside = m.detach().requiresGrad_();
  expect(torch.vjp(() => m, x, m).gradients.tolist()).toEqual([0, 0, 0]);
  expect(torch.vjp(() => outside, x, m).gradients.tolist()).toEqual([0, 0, 0]);
  expect(torch.jvp(() => x.sum(), x, x).tangents.tolist()).toBe(0);
  expect(torch.jvp(() => outside.sum(), x, x).tangents.tolist()).toBe(0);
  expect(torch.hvp((a) => a.sum(), x, x).product.tolist()).toEqual([0, 0, 0]);
});

test('createGraph makes the products differentiable', () => {
  const a = x.detach().requiresGrad_();
  const v = float64([3], 7);
  const cube = (t: Tensor): Tensor => t.pow(3);
  const options = { createGraph: true };
  expectClose(torch.grad(torch.vjp(cube, a, v, options).gradients.sum(), a), x.mul(6).mul(v));
  expectClose(torch.grad(torch.jvp(cube, a, v, options).tangents.sum(), a), x.mul(6).mul(v));
  const { product } = torch.hvp((t) => t.pow(3).sum(), a, v, options);
  expectClose(torch.grad(product.sum(), a), v.mul(6));
  const own = v.detach().requiresGrad_();
  expectClose(torch.grad(torch.jvp(cube, x, own, options).tangents.sum(), own), x.pow(2).mul(3));
});

test('refuse vectors of another shape', () => {
  expect(() => torch.vjp(fn, x, x)).toThrow('vjp: Expected shape [4] for v but received [3]');
  expect(() => torch.jvp(fn, [x], [m])).toThrow('jvp: Expected shape [3] for v.0');
  expect(() => torch.hvp((a) => a.sum(), x, m)).toThrow('hvp: Expected shape [3] for v');
});
