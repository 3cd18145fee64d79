import fc from 'fast-check';
import { solveSvmDual } from '../../../lib/meta/closed-form/svm-dual';
import { type Tensor, torch } from '../../../lib/torch/index';
import { expectGradients, float64 } from '../../helpers/gradients';
import { expectSame } from '../metric/metric-contract';

function problem(tasks: number, ways: number, rows: number, seed: number) {
  const x = float64([tasks, rows, 4], seed);
  const labels = torch.randint(ways, [tasks, rows], { generator: torch.generator(seed) });
  const targets = labels
    .unsqueeze(1)
    .eq(torch.arange(ways).view([ways, 1]))
    .to('float64');
  const kernel = x.bmm(x.mT).add(torch.eye(rows, { dtype: 'float64' }));
  return { kernel, targets };
}

const most = (x: Tensor) => Number(x.max().item());

test('meets the conditions of Karush, Kuhn and Tucker, however large kernel and bound are', () => {
  const count = (min: number, max: number) => fc.integer({ min, max });
  const bounds = fc.constantFrom(0.01, 0.1, 1, 100);
  const sizes = fc.constantFrom(1e-6, 1, 1e4, 1e8);
  fc.assert(
    fc.property(
      ...([count(2, 5), count(1, 12), bounds, sizes, count(0, 1000)] as const),
      (ways, rows, bound, size, seed) => {
        torch.scope(() => {
          const { kernel: plain, targets } = problem(3, ways, rows, seed);
          // Of the three tasks each has a kernel of another size.
          const kernel = plain.mul(torch.tensor([size, 1, 0.1 * size]).view([3, 1, 1]));
          const alpha = solveSvmDual({ kernel, targets, bound });
          const upper = targets.mul(bound);
          const large = alpha.abs().amax([1, 2], true);
          // Feasible.
          expect(most(alpha.sum([1], true).abs().div(large))).toBeLessThan(1e-12);
          expect(most(alpha.sub(upper).div(large))).toBeLessThan(1e-12);
          // Stationary: y − K α = ν + z with z ≥ 0, and z = 0 below the bound. So ν is the least of
          // y − K α over the classes, and whoever is above it is at its bound.
          const left = targets.sub(alpha.bmm(kernel));
          const z = left.sub(left.amin([1], true));
          const below = upper.sub(alpha).div(large.add(bound));
          expect(most(z.mul(below).abs())).toBeLessThan(1e-11);
        });
      },
    ),
    { numRuns: 40 },
  );
});

test('does not go round in circles where C is far beyond the optimum', () => {
  const kernel = float64([1, 2, 2]);
  kernel.copy_(torch.tensor([2.5942837e7, 9.44438988e6, 9.44438988e6, 3.72453806e7]).view([2, 2]));
  const targets = torch
    .tensor([1, 3])
    .eq(torch.arange(5).view([5, 1]))
    .to('float64')
    .unsqueeze(0);
  const alpha = solveSvmDual({ kernel, targets, bound: 100 });
  // With C out of reach α is that of any larger C.
  expectSame(alpha.mul(1e7), solveSvmDual({ kernel, targets, bound: 1 }).mul(1e7), 1e-9);
  const left = targets.sub(alpha.bmm(kernel));
  const z = left.sub(left.amin([1], true));
  const upper = targets.mul(100);
  expect(most(z.mul(upper.sub(alpha)).abs())).toBeLessThan(1e-9);
});

test('equals the closed form for two examples of two classes', () => {
  // α = [[a, −b], [−a, b]] minimises a²K₀₀ + b²K₁₁ − 2abK₀₁ − a − b, a and b at most C.
  const kernel = torch.tensor(
    [
      [
        [3, 0.5],
        [0.5, 2],
      ],
    ],
    { dtype: 'float64' },
  );
  const targets = torch.eye(2, { dtype: 'float64' }).unsqueeze(0);
  const alpha = (a: number, b: number) =>
    torch.tensor(
      [
        [
          [a, -b],
          [-a, b],
        ],
      ],
      { dtype: 'float64' },
    );
  const twice = 2 * (3 * 2 - 0.5 ** 2);
  const [a, b] = [(2 + 0.5) / twice, (3 + 0.5) / twice];
  expectSame(solveSvmDual({ kernel, targets, bound: 10 }), alpha(a, b));
  // b is held at C: then a = (1 + 2·C·K₀₁) / 2K₀₀.
  expectSame(solveSvmDual({ kernel, targets, bound: 0.25 }), alpha(1.25 / 6, 0.25));
  expectSame(solveSvmDual({ kernel, targets, bound: 0.1 }), alpha(0.1, 0.1));
});

test.each([0.05, 0.2, 5])('is twice differentiable with respect to the kernel, C = %d', (bound) => {
  const { targets } = problem(2, 3, 5, 3);
  const eye = torch.eye(5, { dtype: 'float64' });
  expectGradients(
    (...[x]) => {
      const rows = x as Tensor;
      return solveSvmDual({ kernel: rows.bmm(rows.mT).add(eye), targets, bound });
    },
    [float64([2, 5, 3], 3)],
  );
});

test('rows without a class get zeros and change nothing', () => {
  const { kernel, targets } = problem(2, 3, 5, 4);
  const filled = torch.eye(6, { dtype: 'float64' }).repeat([2, 1, 1]);
  filled.narrow(1, 0, 5).narrow(2, 0, 5).copy_(kernel);
  const more = torch.cat([targets, torch.zeros([2, 3, 1], { dtype: 'float64' })], -1);
  const alpha = solveSvmDual({ kernel: filled, targets: more, bound: 0.1 });
  expectSame(alpha.narrow(-1, 0, 5), solveSvmDual({ kernel, targets, bound: 0.1 }));
  expect(most(alpha.narrow(-1, 5, 1).abs())).toBeLessThan(1e-15);
});

test.each([Number.NaN, Infinity, -1])('refuses a kernel with %p on its diagonal', (value) => {
  const { kernel, targets } = problem(2, 3, 5, 4);
  kernel.select(1, 2).select(1, 2).fill_(value);
  expect(() => solveSvmDual({ kernel, targets, bound: 0.1 })).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_LINALG' }),
  );
});
