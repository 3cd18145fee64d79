import { type Tensor, torch } from '../../../lib/torch/index';

/** Asserts equal shapes and elements that differ by at most `tolerance`; infinities are equal. */
export function expectSame(actual: Tensor, expected: Tensor, tolerance = 1e-12): void {
  expect(actual.shape).toEqual(expected.shape);
  torch.scope(() => {
    const close = actual.isclose(expected, tolerance, tolerance);
    if (close.all().item() === true) return;
    throw new Error(`Expected ${expected} but received ${actual}`);
  });
}
