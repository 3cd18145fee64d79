import { conjugateGradient } from '../../../lib/meta/gradient/conjugate-gradient';
import { torch } from '../../../lib/torch/index';
import { distance } from '../support/contract';

const generator = torch.generator(1);
const root = torch.randn([3, 6, 6], { generator, dtype: 'float64' });
const a = root.bmm(root.mT).add(torch.eye(6, { dtype: 'float64' }));
const b = torch.randn([3, 6], { generator, dtype: 'float64' });
const product = (v: typeof b) => a.bmm(v.unsqueeze(2)).squeeze(2);

test('as many steps as unknowns solve every system', () => {
  const x = conjugateGradient(product, b, 6);
  expect(distance(x, torch.linalg.solve(a, b.unsqueeze(2)).squeeze(2))).toBeLessThan(1e-10);
});

test('more steps than needed change nothing; none give zeros', () => {
  const same = conjugateGradient((v) => v.mul(2), b, 5);
  expect(distance(same, b.div(2))).toBeLessThan(1e-15);
  expect(Number(conjugateGradient(product, b, 0).abs().max().item())).toBe(0);
  const zero = conjugateGradient(product, b.zerosLike(), 3);
  expect(Number(zero.abs().max().item())).toBe(0);
});

test('stays where it met such a direction on its way, and the other systems go on', () => {
  // The first step, of 5.25/16.675, is along b; in the first system the second direction goes down.
  const diagonal = torch.tensor([
    [4, 1, -1.3],
    [4, 1, 2],
  ]);
  const start = torch.tensor([
    [2, 1, 0.5],
    [2, 1, 0.5],
  ]);
  const at = (steps: number) => conjugateGradient((v) => v.mul(diagonal), start, steps);
  const first = start.select(0, 0).mul(5.25 / 16.675);
  for (const steps of [1, 2, 3, 6]) {
    expect(distance(at(steps).select(0, 0), first)).toBeLessThan(1e-6);
  }
  expect(distance(at(3).select(0, 1), start.div(diagonal).select(0, 1))).toBeLessThan(1e-5);
});

test('what is NaN stays NaN', () => {
  const lost = conjugateGradient((v) => v.mul(Number.NaN), b, 1);
  expect(lost.isnan().all().item()).toBe(true);
});

test('stays where a direction has no positive curvature', () => {
  expect(
    Number(
      conjugateGradient((v) => v.neg(), b, 3)
        .abs()
        .max()
        .item(),
    ),
  ).toBe(0);
});
