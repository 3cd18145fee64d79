import { type NormArguments, type Tensor, torch } from '../../../lib/torch';

const { norm } = torch;

const x = torch.arange(12, { dtype: 'float64' }).mul(0.7).sin().view(2, 2, 3);
const matrix = x.select(0, 0);

const numbers = (tensor: Tensor): number[] => tensor.flatten().tolist() as number[];

// The values of Python's torch 2.13.
test.each<[string, NormArguments, number[], number[]]>([
  ['all', [], [], [2.428635322752]],
  ["'nuc'", ['nuc', { dim: [1, 2] }], [2], [2.164138091402, 2.418411735689]],
  ["'nuc' by position", ['nuc', [0, 2], true], [1, 2, 1], [2.418451761148, 2.174445490636]],
  [
    'one dimension',
    [{ dim: -1 }],
    [2, 2],
    [1.177339202985, 0.990149657498, 1.457173644835, 1.186756317274],
  ],
  [
    "'fro' of it",
    ['fro', 0, { keepdim: true, dtype: 'float64' }],
    [1, 2, 3],
    [0.871575772414, 1.174831717567, 1.170302840475, 0.8633731047, 0.737460813631, 1.048582534316],
  ],
  ['1 of all that stay', [1, { keepdim: true }], [1, 1, 1], [7.325911917711]],
  [
    'infinity',
    [Number.POSITIVE_INFINITY, [0, 1]],
    [3],
    [0.871575772414, 0.982452612624, 0.988168233877],
  ],
])('%s', (_, args, shape, expected) => {
  const found = norm(x, ...args);
  expect(found.shape).toEqual(shape);
  for (const [i, value] of numbers(found).entries())
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 10);
  expect(x.norm(...args).equal(found)).toBe(true);
});

test('matrices, complex numbers and sparse tensors', () => {
  expect(torch.norm(matrix, 'nuc').item()).toBeCloseTo(2.164138091402, 10);
  expect(torch.norm(torch.complex(matrix, matrix.mul(2)), 'nuc').item()).toBeCloseTo(
    4.839159885071,
    10,
  );
  expect(torch.norm(matrix.toSparse()).item()).toBeCloseTo(1.53835104678, 10);
  expect(torch.norm(matrix.toSparse(), 1).item()).toBeCloseTo(3.178648161721, 10);
  expect(torch.norm(matrix.float(), 'fro', { dtype: 'float64' }).dtype).toBe('float64');
});

test('has a gradient', () => {
  const w = matrix.clone().requiresGrad_();
  const [u, , vh] = torch.linalg.svd(matrix, false);
  expect(torch.grad(torch.norm(w, 'nuc'), w).allclose(u.matmul(vh))).toBe(true);
});

test.each<[unknown[], string]>([
  [['max'], "Expected a number, 'fro' or 'nuc' for p of norm but received string 'max'"],
  [[[2]], "Expected a number, 'fro' or 'nuc' for p of norm but received array of length 1"],
  [
    ['nuc'],
    "Expected two dimensions where p is 'nuc' for dim of norm but received array of length 3",
  ],
  [['nuc', 1], "Expected two dimensions where p is 'nuc' for dim of norm but received number 1"],
  [
    ['fro', [0, 1, 2]],
    "at most two dimensions where p is 'fro' for dim of norm but received array of length 3",
  ],
  [[2, 'x'], "norm: Expected integer | integer[] for dim but received string 'x'"],
  [[2, 0, 1], 'Expected a boolean for keepdim of norm but received number 1'],
  [[2, { p: 1 }], 'norm: Received p both by position and by name'],
  [[2, 0, true, 'float64', 1], 'Expected no more arguments for norm but received number 1'],
  [[{ dimm: 0 }], 'norm: Unknown option dimm; expected p, dim, keepdim, dtype; did you mean dim?'],
])('%j is refused', (args, expected) => {
  expect(() => Reflect.apply(norm, undefined, [x, ...args])).toThrow(expected);
});

test('errors name it, and not what it calls', () => {
  expect(() => torch.norm(torch.tensor([1n]))).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_DTYPE',
      operator: 'norm',
      message: 'norm: Expected a floating point or complex tensor as input. Got int64',
    }),
  );
  expect(() => torch.norm(3 as never)).toThrow('Expected a tensor for input of norm');
  expect(() => torch.norm(matrix.toSparse(), 'nuc')).toThrow("strided tensor where p is 'nuc'");
});
