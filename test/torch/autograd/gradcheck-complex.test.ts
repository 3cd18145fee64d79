import { type Tensor, torch } from '../../../lib/torch/index';
import { float64 } from '../../helpers/gradients';

const pairs = (seed: number): Tensor => float64([3, 2], seed).viewAsComplex().requiresGrad_();
const z = pairs(1);
const w = pairs(2);
const x = float64([3], 3).requiresGrad_();

test.each([
  ['a product', () => torch.gradcheck((a, b) => a.mul(b), [z, w])],
  ['a conjugate', () => torch.gradcheck((a) => a.conj().mul(a), z)],
  ['real results', () => torch.gradcheck((a) => [a.abs(), a.angle()], z)],
  ['real inputs', () => torch.gradcheck((a, b) => a.mul(b).exp(), [x, z])],
  ['real inputs alone', () => torch.gradcheck((a) => a.mul({ re: 0, im: 2 }).sin(), x)],
  ['second gradients', () => torch.gradgradcheck((a, b) => a.mul(b).sin(), [z, w])],
  ['second gradients of real results', () => torch.gradgradcheck((a) => a.abs().pow(3), z)],
])('%s', (_, run) => {
  expect(run()).toBe(true);
});

/** The gradient of `z²`, or its conjugate, which would be wrong. */
test('a gradient that is not the conjugate is found, and its part named', () => {
  const wrong = (a: Tensor): Tensor => a.mul(a.detach().conj()).mul(2);
  expect(torch.gradcheck(wrong, z, { raise: false })).toBe(false);
  expect(() => torch.gradcheck(wrong, z)).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_GRADCHECK',
      message: expect.stringMatching(
        /output 0, element \[\d, [01]\], .* input 0, element \[\d, [01]\]/,
      ),
    }),
  );
});

test('complex64 is refused', () => {
  const single = z.detach().to('complex64').requiresGrad_();
  expect(() => torch.gradcheck((a) => a.mul(2), single)).toThrow(
    "Expected float64 or complex128 for input 0 but received string 'complex64'",
  );
});
