import { type Tensor, torch } from '../../../lib/torch';
import { expectClose, float64 } from '../../helpers/gradients';

const seeded = () => torch.generator(7);
const rank3 = float64([8, 3], 1).matmul(float64([3, 12], 2));

function product({ U, S, V }: { U: Tensor; S: Tensor; V: Tensor }): Tensor {
  return U.matmul(S.to(U.dtype).unsqueeze(-1).mul(V.mH));
}

/** Real numbers, of which complex ones are two. */
const real = (x: Tensor): Tensor => (x.isComplex() ? torch.viewAsReal(x.resolveConj()) : x);

function expectOrthonormal(columns: Tensor): void {
  const { dtype, shape } = columns;
  const identity = torch.eye(shape.at(-1) ?? 0, { dtype });
  const expected = identity.expand([...shape.slice(0, -2), -1, -1]);
  expectClose(real(columns.mH.matmul(columns)), real(expected));
}

describe('svdLowrank', () => {
  test.each<[string, Tensor, number]>([
    ['a wide matrix', rank3, 3],
    ['a tall one', rank3.mT, 3],
    ['a batch', torch.stack([rank3, rank3.mul(2).flip([0])]), 3],
    ['complex numbers', torch.complex(rank3, rank3.flip([1])), 6],
  ])('gives back %s of low rank, by the singular values of svd', (_, A, rank) => {
    const found = torch.svdLowrank(A, { q: rank, generator: seeded() });
    expect(found.U.shape).toEqual([...A.shape.slice(0, -1), rank]);
    expect(found.V.shape).toEqual([...A.shape.slice(0, -2), A.shape.at(-1), rank]);
    expectClose(real(product(found)), real(A), 1e-9);
    expectOrthonormal(found.U);
    expectOrthonormal(found.V);
    const { S } = torch.linalg.svd(A, false);
    expectClose(found.S, S.narrow(-1, 0, rank), 1e-9);
  });

  test('of a sparse matrix', () => {
    const { U, S, V } = torch.svdLowrank(rank3.toSparse(), { q: 3, generator: seeded() });
    expectClose(product({ U, S, V }), rank3, 1e-9);
  });

  test('of A − M, which is broadcast', () => {
    for (const A of [rank3, rank3.mT]) {
      const M = A.mean([-2], true);
      const found = torch.svdLowrank(A, { q: 4, M, generator: seeded() });
      expectClose(product(found), A.sub(M), 1e-9);
    }
  });

  test('has at most as many values as the matrix, and as many as q', () => {
    expect(torch.svdLowrank(float64([3, 4])).S.shape).toEqual([3]);
    expect(torch.svdLowrank(float64([9, 9])).S.shape).toEqual([6]);
  });

  test('starts from the generator, or else from the seed', () => {
    const full = float64([9, 9], 3);
    const once = (): Tensor => torch.svdLowrank(full, { q: 2, niter: 0, generator: seeded() }).S;
    expect(once().equal(once())).toBe(true);
    torch.manualSeed(1);
    const first = torch.svdLowrank(full, { q: 2, niter: 0 }).S;
    torch.manualSeed(1);
    expect(torch.svdLowrank(full, { q: 2, niter: 0 }).S.equal(first)).toBe(true);
    expect(first.equal(once())).toBe(false);
  });

  test('is differentiable, and leaves nothing', () => {
    const A = float64([4, 3], 5);
    const values = (x: Tensor): Tensor => torch.svdLowrank(x, { q: 3, generator: seeded() }).S;
    expect(torch.gradcheck(values, [A.clone().requiresGrad_()])).toBe(true);
    torch.assertNoLeaks(() => torch.scope(() => void values(A)));
    const before = torch.memory().tensors;
    for (const tensor of torch.svdLowrank(A, { q: 2 })) tensor.dispose();
    expect(torch.memory().tensors).toBe(before);
  });
});

describe('pcaLowrank', () => {
  const rows = float64([20, 5], 4);
  const centred = rows.sub(rows.mean([0], true));

  test.each([
    ['dense', rows],
    ['sparse', rows.toSparse()],
  ])('of %s rows: directions and variances are those of the covariance', (_, A) => {
    const { S, V } = torch.pcaLowrank(A, { q: 5, generator: seeded() });
    const { eigenvalues, eigenvectors } = torch.linalg.eigh(rows.mT.cov());
    expectClose(S.square().div(19), eigenvalues.flip([0]), 1e-9);
    expectClose(V.abs(), eigenvectors.flip([1]).abs(), 1e-7);
  });

  test('gives back the rows without their mean', () => {
    expectClose(product(torch.pcaLowrank(rows, { q: 5 })), centred, 1e-9);
    expectClose(product(torch.pcaLowrank(rows, { q: 5, center: false })), rows, 1e-9);
  });

  test('q is the least of 6, m and n', () => {
    expect(torch.pcaLowrank(rows).S.shape).toEqual([5]);
    expect(torch.pcaLowrank(float64([4, 9])).S.shape).toEqual([4]);
    expect(torch.pcaLowrank(float64([9, 9])).S.shape).toEqual([6]);
  });
});

test.each<[string, () => unknown, string]>([
  ['a vector', () => torch.svdLowrank(torch.ones([3])), 'Expected […, m, n] for the matrix A'],
  [
    'integers',
    () => torch.pcaLowrank(torch.ones([3, 3], { dtype: 'int64' })),
    'Expected a matrix of floating-point or complex numbers for A of pcaLowrank',
  ],
  ['no tensor', () => torch.svdLowrank([[1]] as never), 'Expected a tensor for A of svdLowrank'],
  [
    'q of 0',
    () => torch.svdLowrank(rank3, { q: 0 }),
    'Expected a positive integer for q of svdLowrank',
  ],
  [
    'q above the rank there can be',
    () => torch.pcaLowrank(rank3, { q: 9 }),
    'Expected at most min(m, n) = 8 for q of pcaLowrank but received 9',
  ],
  [
    'steps below 0',
    () => torch.pcaLowrank(rank3, { niter: -1 }),
    'for niter of pcaLowrank but received number -1',
  ],
  ['an unknown option', () => torch.svdLowrank(rank3, { rank: 3 } as never), 'rank'],
  [
    'a seed for the generator',
    () => torch.svdLowrank(rank3, { generator: 7 as never }),
    'Expected a generator for generator of svdLowrank',
  ],
])('%s is refused', (_, call, message) => {
  expect(call).toThrow(message);
});
