import { minimize } from '../../../lib/serve/heads/minimize';
import { type Tensor, torch } from '../../../lib/torch';

const options = { tolerance: 1e-6, steps: 100 };

/** ½ xᵀ A x − bᵀ x. */
const quadratic = (a: Tensor, b: Tensor) => (x: Tensor) =>
  torch.scope(() => {
    const gradient = a.matmul(x).sub(b);
    return { value: Number(gradient.sub(b).dot(x).item()) / 2, gradient };
  });

test('finds the minimum of a quadratic whose axes differ a thousandfold', () => {
  const a = torch.tensor([1, 10, 1000], { dtype: 'float64' }).diag();
  const b = torch.tensor([1, -2, 3], { dtype: 'float64' });
  using found = minimize(quadratic(a, b), torch.zeros([3], { dtype: 'float64' }), options);
  const expected = [1, -0.2, 0.003];
  for (const [i, x] of (found.tolist() as number[]).entries()) {
    expect(x).toBeCloseTo(expected[i] ?? 0, 6);
  }
});

test('returns where it started if there is nothing to gain, and frees the rest', () => {
  const a = torch.eye(2);
  const b = torch.zeros([2]);
  const start = torch.zeros([2]);
  const before = torch.memory().tensors;
  const found = minimize(quadratic(a, b), start, options);
  expect(found.tolist()).toEqual([0, 0]);
  expect(torch.memory().tensors).toBe(before + 1);
  minimize(quadratic(a, b), torch.ones([2]), options).dispose();
  expect(torch.memory().tensors).toBeLessThanOrEqual(before + 2);
});

test('stops after the steps it was given', () => {
  let calls = 0;
  const slow = (x: Tensor) => {
    calls++;
    return torch.scope(() => ({ value: Number(x.exp().sum().item()), gradient: x.exp() }));
  };
  minimize(slow, torch.zeros([1]), { tolerance: 0, steps: 5 }).dispose();
  expect(calls).toBeLessThan(20);
});

test('where the curvature is known one step is enough', () => {
  const a = torch.tensor([1, 10, 1e6], { dtype: 'float64' }).diag();
  const b = torch.tensor([1, -2, 3], { dtype: 'float64' });
  let calls = 0;
  const counted = (x: Tensor) => {
    calls++;
    return quadratic(a, b)(x);
  };
  const start = torch.zeros([3], { dtype: 'float64' });
  const inverse = torch.linalg.inv(a);
  using found = minimize(counted, start, options, (gradient) => inverse.matmul(gradient));
  expect(calls).toBe(2);
  const expected = [1, -0.2, 3e-6];
  for (const [i, x] of (found.tolist() as number[]).entries()) {
    expect(x).toBeCloseTo(expected[i] ?? 0, 9);
  }
});

test('ends once a step gains less than the share asked for', () => {
  const a = torch.tensor([1, 30, 1000], { dtype: 'float64' }).diag();
  const b = torch.tensor([1, -2, 3], { dtype: 'float64' });
  const stepsWith = (gain: number) => {
    let calls = 0;
    const counted = (x: Tensor) => {
      calls++;
      return quadratic(a, b)(x);
    };
    minimize(counted, torch.ones([3], { dtype: 'float64' }), { ...options, gain }).dispose();
    return calls;
  };
  expect(stepsWith(0.5)).toBeLessThan(stepsWith(0));
});
