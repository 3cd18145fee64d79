import { type Tensor, torch } from '../../../lib/torch/index';
import { float64 } from '../../helpers/gradients';

const x = float64([2, 3]).requiresGrad_();
const w = float64([3, 2], 2).requiresGrad_();

// The value of 2x, the gradient of 3x.
const wrong = (a: Tensor): Tensor => a.mul(3).sub(a.detach());

test('accepts right gradients', () => {
  expect(torch.gradcheck((a, b) => a.matmul(b).tanh(), [x, w])).toBe(true);
  expect(torch.gradgradcheck((a, b) => a.matmul(b).tanh(), [x, w])).toBe(true);
  expect(torch.gradcheck(({ a }) => [a.sin(), a.sum()], { a: x })).toBe(true);
  expect(torch.gradgradcheck((a) => [a.sin(), a.pow(2).sum()], x)).toBe(true);
  expect(torch.gradgradcheck((a) => a.mul(2), x)).toBe(true);
});

test('names the element that differs, and both values', () => {
  const fault = (a: Tensor, b: Tensor): Tensor => b.sum().add(wrong(a.select(1, 1)));
  expect(() => torch.gradcheck(fault, [x, w])).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_GRADCHECK', operator: 'gradcheck' }),
  );
  expect(() => torch.gradcheck(fault, [x, w])).toThrow(
    /output 0, element \[0\], with respect to input 0, element \[0, 1\], differs: numerical 2\.0*\d*, analytical 3 /,
  );
  expect(torch.gradcheck(fault, [x, w], { raise: false })).toBe(false);
});

test('gradgradcheck sees what gradcheck cannot', () => {
  const positive = x.detach().abs().requiresGrad_();
  // x² by a product whose second factor's gradient is a constant.
  const half = (a: Tensor): Tensor => a.mul(a.detach()).mul(2).sub(a.detach().pow(2));
  expect(torch.gradcheck(half, positive)).toBe(true);
  expect(() => torch.gradgradcheck(half, positive)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_GRADCHECK', operator: 'gradgradcheck' }),
  );
  expect(torch.gradgradcheck(half, positive, { raise: false })).toBe(false);
});

test('tolerances and step', () => {
  const nearly = (a: Tensor): Tensor => a.mul(1.001).sub(a.detach().mul(0.001));
  expect(torch.gradcheck(nearly, x, { rtol: 0.01 })).toBe(true);
  expect(torch.gradcheck(nearly, x, { rtol: 1e-6, raise: false })).toBe(false);
  expect(torch.gradcheck((a) => a.pow(3), x, { eps: 0.5, raise: false })).toBe(false);
});

/** A line through zero whose slope and gradient are as told. */
const lied =
  (slope: number, gradient: number) =>
  (a: Tensor): Tensor =>
    a.mul(gradient).sub(a.detach().mul(gradient).sub(a.detach().mul(slope)));
const agrees = (fn: (a: Tensor) => Tensor, options: object = {}): boolean =>
  torch.gradcheck(fn, x, { ...options, raise: false });

test('agree where the difference is at most atol + rtol times the numerical value', () => {
  expect(agrees(lied(1, 1.1), { atol: 0, rtol: 0.095 })).toBe(false);
  expect(agrees(lied(1, 1.1), { atol: 0, rtol: 0.105 })).toBe(true);
  expect(agrees(lied(0, 1e-3), { atol: 2e-3, rtol: 0 })).toBe(true);
  // The defaults.
  expect([lied(1000, 1000.5), lied(1000, 1002)].map((fn) => agrees(fn))).toEqual([true, false]);
  expect([lied(0, 5e-6), lied(0, 2e-5)].map((fn) => agrees(fn))).toEqual([true, false]);
  expect(agrees((a) => a.mul(1000).sin())).toBe(true);
});

test('NaN agrees with NaN alone', () => {
  expect(agrees((a) => a.mul(Number.NaN))).toBe(true);
  const zero = (a: Tensor): Tensor => a.sub(a.detach());
  expect(agrees((a) => a.mul(2).add(zero(a).sqrt().mul(zero(a))))).toBe(false);
});

test('check every output and every input, and name them', () => {
  expect(() => torch.gradcheck((a) => [a.sin(), wrong(a)], x)).toThrow(
    'of output 1, element [0, 0]',
  );
  expect(() => torch.gradcheck((a, b) => a.sum().add(wrong(b)), [x.detach(), w])).toThrow(
    'with respect to input 1,',
  );
  const single = torch.tensor([1, 2], { requiresGrad: true });
  expect(() => torch.gradcheck((a) => a.mul(2), [x, single])).toThrow(
    'float64 or complex128 for input 1',
  );
});

test('gradgradcheck checks every input, with the weights that are given', () => {
  const half = (a: Tensor): Tensor => a.mul(a.detach()).mul(2).sub(a.detach().pow(2)).sum();
  const run = (gradOutputs?: Tensor[]): boolean =>
    torch.gradgradcheck((a, b) => a.pow(2).sum().add(half(b)), [x, w], {
      raise: false,
      ...(gradOutputs && { gradOutputs }),
    });
  expect(run()).toBe(false);
  // Of nothing any second derivative is zero.
  expect(run([torch.zeros([], { dtype: 'float64' })])).toBe(true);
});

test('only inputs that require gradients are checked', () => {
  expect(torch.gradcheck((a, b) => wrong(a).sum().add(b.sum()), [x.detach(), w])).toBe(true);
});

test('refuses other dtypes and functions without gradients', () => {
  const single = torch.tensor([1, 2], { requiresGrad: true });
  expect(() => torch.gradcheck((a) => a.mul(2), single)).toThrow(
    'Expected float64 or complex128 for input 0',
  );
  expect(() => torch.gradcheck((a) => a.to('float32'), x)).toThrow(
    'Expected float64 or complex128 for output 0',
  );
  expect(() => torch.gradcheck((a) => a.mul(2), x.detach())).toThrow('at least one input');
  expect(() => torch.gradcheck((a) => a.detach(), x)).toThrow('depends on the inputs');
});

test('refuses steps and tolerances that are none', () => {
  const run = (options: object) => () => torch.gradcheck((a) => a.sin(), x, options);
  expect(run({ eps: 0 })).toThrow('Expected a positive number for eps but received number 0');
  expect(run({ eps: '1' })).toThrow("a positive number for eps but received string '1'");
  expect(run({ atol: Number.NaN })).toThrow('Expected a number of at least 0 for atol');
  expect(run({ rtol: -1 })).toThrow(RangeError);
  expect(run({ rtol: 0, atol: 1e-6 })()).toBe(true);
});

test('work inside noGrad, and refuse unknown options', () => {
  torch.noGrad(() => {
    expect(torch.gradcheck((a) => a.sin(), x)).toBe(true);
    expect(torch.gradgradcheck((a) => a.sin(), x)).toBe(true);
  });
  const options = { tol: 1 } as never;
  const message = 'Unknown option tol; expected eps, atol, rtol, raise';
  expect(() => torch.gradcheck((a) => a.sin(), x, options)).toThrow(`gradcheck: ${message}`);
  expect(() => torch.gradgradcheck((a) => a.sin(), x, options)).toThrow(
    `gradgradcheck: ${message}`,
  );
});

test('leaves nothing', () => {
  const before = torch.memory().tensors;
  torch.gradcheck((a) => a.sin(), x);
  torch.gradgradcheck((a) => a.sin(), x);
  expect(torch.memory().tensors).toBe(before);
});
