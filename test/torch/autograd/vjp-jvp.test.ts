import fc from 'fast-check';
import { ArgumentTypeError } from '../../../lib/errors';
import { leaves, type Tensor, torch } from '../../../lib/torch/index';
import { expectClose, float64 } from '../../helpers/gradients';

const x = float64([3]);
const m = float64([4, 3], 2);
const a3 = torch.tensor([true, false, true]);
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
  expect(torch.hvp(() => m.sum(), x, x).product.tolist()).toEqual([0, 0, 0]);
  expect(torch.hvp(() => outside.sum(), x, x).product.tolist()).toEqual([0, 0, 0]);
  const inputs = { a: x, b: m };
  const one = torch.hvp(({ a }: typeof inputs) => a.pow(3).sum(), inputs, inputs);
  expectClose(one.product.a, x.pow(2).mul(6));
  expect(one.product.b.eq(0).all().item()).toBe(true);
});

test('constants and integers among the outputs have tangents of zero', () => {
  const tree = (a: Tensor) => [m, a.mul(2), a.argmax(), a.gt(0), a.sin()] as const;
  const v = float64([3], 6);
  const { value, tangents } = torch.jvp(tree, x, v);
  expectClose(tangents[1], v.mul(2));
  expectClose(tangents[4], x.cos().mul(v));
  for (const i of [0, 2, 3] as const) {
    expect([tangents[i].dtype, tangents[i].shape]).toEqual([value[i].dtype, value[i].shape]);
    expect(tangents[i].eq(0).all().item()).toBe(true);
  }
  const seeds = [m, v, torch.tensor(5n), a3, v.mul(3)] as const;
  expectClose(torch.vjp(tree, x, seeds).gradients, v.mul(2).add(x.cos().mul(v).mul(3)));
});

test('vjp without a vector is the gradient', () => {
  expectClose(torch.vjp((a) => a.sin().sum(), x).gradients, x.cos());
  expect(() => torch.vjp(fn, x)).toThrow(ArgumentTypeError);
});

test('of complex functions: jvp is the product with the derivative, vjp with its conjugate', () => {
  const dtype = 'complex128';
  const z = torch.tensor([{ re: 1, im: 2 }], { dtype });
  const v = torch.tensor([{ re: 1, im: 1 }], { dtype });
  // 2 z v and conj(2 z) v.
  expect(torch.jvp((a) => a.mul(a), z, v).tangents.tolist()).toEqual([{ re: -2, im: 6 }]);
  expect(torch.vjp((a) => a.mul(a), z, v).gradients.tolist()).toEqual([{ re: 6, im: -2 }]);
});

test('without createGraph nothing of the results can be differentiated', () => {
  const a = x.detach().requiresGrad_();
  const scale = m.detach().requiresGrad_();
  const some = (t: Tensor): Tensor => scale.matmul(t).pow(3);
  const scalar = (t: Tensor): Tensor => some(t).sum();
  const u = float64([4], 3);
  const v = float64([3], 4).requiresGrad_();
  const results = [
    torch.vjp(some, a, u.detach().requiresGrad_()),
    torch.jvp(some, a, v),
    torch.hvp(scalar, a, v),
  ];
  expect(leaves(results).map((tensor) => tensor.requiresGrad)).toEqual(Array(6).fill(false));
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
  expect(() => torch.vjp(() => m, x, m.mT.contiguous())).toThrow('Expected shape [4, 3] for v');
  expect(() => torch.jvp(fn, [x], [m])).toThrow('jvp: Expected shape [3] for v.0');
  expect(() => torch.hvp((a) => a.sum(), x, m)).toThrow('hvp: Expected shape [3] for v');
});

test('refuse values that are no tensors, and unknown options', () => {
  const wrong = (result: unknown) => () => result as Tensor;
  expect(() => torch.hvp(wrong(3), x, x)).toThrow(
    'Expected a tensor for the result of fn but received number 3',
  );
  expect(() => torch.vjp(wrong(null), x)).toThrow("at '' of a tree but received null");
  expect(() => torch.jvp(wrong([x, 3]), x, x)).toThrow("at '1' of a tree but received number 3");
  const options = { createGrph: true } as never;
  for (const run of [
    () => torch.vjp(fn, x, undefined, options),
    () => torch.jvp(fn, x, x, options),
    () => torch.hvp(fn, x, x, options),
  ]) {
    expect(run).toThrow('Unknown option createGrph; expected createGraph');
  }
});

test('vjp asks for the vector of a value of several elements', () => {
  const x = torch.tensor([1, 2, 3]);
  expect(() => torch.vjp((y: Tensor) => y.pow(2), x)).toThrow(
    'vjp: Expected v, a tree like the value, for a value of 3 elements',
  );
  const { gradients } = torch.vjp((y: Tensor) => y.pow(2).sum(), x);
  expect(gradients.tolist()).toEqual([2, 4, 6]);
});
