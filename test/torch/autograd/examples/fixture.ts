import { type Tensor, torch } from '../../../../lib/torch/index';
import { readFixture } from '../../../helpers/fixture';
import { expectClose } from '../../../helpers/gradients';

type Numbers = number | Numbers[];

const expected = readFixture<Record<string, Numbers[]>>('autograd');

/** Asserts that tensors are what PyTorch gave for an example. */
export function expectFixture(name: string, ...tensors: readonly Tensor[]): void {
  const all = expected[name] ?? [];
  expect(tensors.length).toBe(all.length);
  tensors.forEach((tensor, i) => {
    const values = torch.tensor(all[i] as number[], { dtype: 'float64' });
    expectClose(tensor, values, 1e-10);
  });
}

/** `sin(k + i)` for the i-th element, as the fixture's script makes it. */
export function wave(shape: readonly number[], k = 0): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return torch.arange(count, { dtype: 'float64' }).add(k).sin().reshape(shape);
}
