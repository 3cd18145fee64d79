import type { Episodes } from '../../../lib/meta';
import { flattenTree, type Tensor, type Tree, torch } from '../../../lib/torch';
import { readFixture } from '../../helpers/fixture';
import { expectNumbers, numbers } from '../../helpers/gradients';

type Matrix = number[][];
type Set = { inputs: number[][][]; labels: number[][] };
type Result = { loss: number; gradients: Record<string, number[] | Matrix> };

/** What test/fixtures/meta.py has computed with PyTorch. */
export const fixture = readFixture<{
  ways: number;
  support: Set;
  query: Set;
  params: { w: Matrix; v: Matrix };
  rates: { w: Matrix; v: Matrix };
  phi: Record<string, number[] | Matrix>;
  maml: Result;
  fomaml: Result;
  metaSgd: Result;
  metaLstm: Result;
}>('meta');

const setOf = ({ inputs, labels }: Set) => ({
  inputs: torch.tensor(inputs, { dtype: 'float64' }),
  labels: torch.tensor(labels, { dtype: 'int64' }),
});

export const fixtureEpisodes: Episodes = {
  ways: fixture.ways,
  support: setOf(fixture.support),
  query: setOf(fixture.query),
};

/** A float64 parameter of the fixture. */
export function parameter(values: number[] | Matrix): Tensor {
  return torch.tensor(values, { dtype: 'float64', requiresGrad: true });
}

/** The fixture's weights of `smoothModel(4, 3)` with another hidden size. */
export const fixtureWeights = () => ({
  w: parameter(fixture.params.w),
  v: parameter(fixture.params.v),
});

/** Asserts the loss and every gradient, by its path in the fixture, within 1e-10. */
export function expectResult(found: { loss: number; gradients: Tree }, expected: Result): void {
  expect(found.loss).toBeCloseTo(expected.loss, 12);
  const flat = flattenTree(found.gradients);
  for (const [path, values] of Object.entries(expected.gradients)) {
    const gradient = flat[path];
    if (gradient === undefined) throw new Error(`no gradient of ${path}`);
    expectNumbers(numbers(gradient), values.flat(), 1e-10);
  }
}
