import { torch } from '../../../../lib/torch';

const { sparseCsrTensor, sparseCscTensor, sparseBsrTensor, sparseCompressedTensor } = torch;
const int64 = (values: readonly number[]) => torch.tensor(values.map(BigInt));
const ones = (...shape: number[]) => torch.ones(shape);

test.each([
  ['a column beyond the last', [0, 1], [9], [1, 2], 'colIndices < ncols'],
  ['a column far beyond', [0, 1], [1_000_000_000], [1, 2], 'colIndices < ncols'],
  ['a row that ends beyond the elements', [0, 5], [0], [1, 2], 'crowIndices[..., -1] == nnz'],
  ['the same without a size', [0, 5], [0], undefined, 'crowIndices[..., -1] == nnz'],
  ['a row that ends before it begins', [0, -5, 1], [0], [2, 2], 'crowIndices[..., 1:]'],
  ['too few rows', [0, 1], [0], [3, 2], 'crowIndices'],
])('rows are not compressed by %s', (_, crow, columns, size, message) => {
  const [starts, plain, values] = [int64(crow), int64(columns), ones(columns.length)];
  const make = () =>
    size ? sparseCsrTensor(starts, plain, values, size) : sparseCsrTensor(starts, plain, values);
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }));
  expect(make).toThrow(message);
});

test('nor are columns, blocks and layouts that are named', () => {
  const [starts, plain] = [int64([0, 7, 2]), int64([0, 1])];
  for (const make of [
    () => sparseCscTensor(starts, plain, ones(2), [2, 2]),
    () => sparseBsrTensor(starts, plain, ones(2, 2, 3)),
    () => sparseCompressedTensor(starts, plain, ones(2), [2, 2], { layout: 'sparse_csc' }),
    () => torch.ops.aten?._sparse_csr_tensor_unsafe?.(starts, plain, ones(2), [2, 2]),
  ]) {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'ERR_TORCH_ARGUMENT',
        message: expect.stringMatching(/c(col|row)Indices|c(col|row)_indices/),
      }),
    );
  }
});

test('indices that fit are taken, with a size or by what they say', () => {
  const [starts, plain] = [int64([0, 1, 2]), int64([0, 1])];
  expect(sparseCsrTensor(starts, plain, ones(2)).toDense().tolist()).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(sparseCsrTensor(starts, plain, ones(2), [2, 5]).toDense().shape).toEqual([2, 5]);
  expect(sparseCsrTensor(starts, plain, ones(2, 4)).toDense().shape).toEqual([2, 2, 4]);
  expect(sparseBsrTensor(starts, plain, ones(2, 2, 3)).toDense().shape).toEqual([4, 6]);
  const batch = sparseBsrTensor(
    torch.stack([starts, starts]),
    torch.stack([plain, plain]),
    ones(2, 2, 2, 3),
  );
  expect(batch.shape).toEqual([2, 4, 6]);
});
