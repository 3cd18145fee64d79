import { torch } from '../../../../lib/torch';

const draw = (...shape: number[]) =>
  torch.rand(shape, { generator: torch.generator(1), dtype: 'float64' });
const ints = (pivots: readonly number[]) => torch.tensor([...pivots], { dtype: 'int32' });

test.each([[[-1]], [[1, 1, -3]], [[-1, -1, -1]], [[-1, 2, 3]], [[0, 2, 3]], [[1, 2, 4]]])(
  'pivots %j, which lead beyond the matrix, are refused',
  (pivots) => {
    const n = pivots.length;
    const call = () => torch.linalg.ldlSolve(draw(n, n), ints(pivots), draw(n, 2));
    expect(call).toThrow(
      expect.objectContaining({
        code: 'ERR_TORCH_ARGUMENT',
        message: expect.stringMatching(/Expected .* for pivots but received/),
      }),
    );
  },
);

test('one wrong row of a batch is refused', () => {
  const pivots = torch.stack([ints([1, 2, 3]), ints([1, 2, -3])]);
  const call = () => torch.linalg.ldlSolve(draw(2, 3, 3), pivots, draw(2, 3, 1));
  expect(call).toThrow(/Expected .* for pivots but received/);
});

test('factors with a block of two solve', () => {
  const a = torch.tensor(
    [
      [0, 2, 1],
      [2, 0, 3],
      [1, 3, 4],
    ],
    { dtype: 'float64' },
  );
  const b = draw(3, 2);
  const [factors, pivots] = torch.linalg.ldlFactor(a);
  expect(pivots.lt(0).sum().item()).toBe(2);
  expect(a.matmul(torch.linalg.ldlSolve(factors, pivots, b)).allclose(b, 1e-10, 1e-12)).toBe(true);
});
