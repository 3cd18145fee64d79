import { functional as F } from '../../../lib/nn';
import { SIGNATURES } from '../../../lib/nn/functional/signatures';
import { type Tensor, torch } from '../../../lib/torch';

const rows = torch.ones(2, 3);
const image = torch.ones(1, 2, 4, 4);
const labels = torch.tensor([0n, 1n]);

const call = (name: string, args: readonly unknown[]): unknown =>
  Reflect.apply(Reflect.get(F, name) as () => unknown, undefined, args);

function errorOf(name: string, args: readonly unknown[]): unknown {
  try {
    return call(name, args);
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(SIGNATURES))('%s', (name, { tensors }) => {
  test('names itself and its argument where there is no tensor', () => {
    for (const [i, argument] of tensors.entries()) {
      const args = tensors.map((_, place) => (place === i ? 3 : rows));
      expect(errorOf(name, args)).toMatchObject({
        code: 'ERR_TORCH_ARGUMENT',
        operator: name,
        message: `Expected a tensor for ${argument} of ${name} but received number 3`,
      });
    }
  });

  test('refuses what is too much, and options that are none', () => {
    const many = new Array(9).fill(null);
    expect(errorOf(name, [...tensors.map(() => rows), ...many])).toMatchObject({
      code: 'ERR_TORCH_ARGUMENT',
      operator: name,
    });
  });

  test('has its own name', () => {
    expect(Reflect.get(F, name)).toHaveProperty('name', name);
  });
});

test.each<[string, unknown[], string]>([
  [
    'unfold',
    [image, 'a'],
    'unfold: Expected integer | integer[] for kernelSize but received string',
  ],
  ['unfold', [image, 9], 'unfold: Given input with spatial size (4, 4), kernelSize=(9, 9)'],
  ['fold', [image, 2, 2], '(input: float32 [1, 2, 4, 4])'],
  ['lpPool2d', [image, 2, 'a'], 'lpPool2d: Expected integer | integer[] for kernelSize'],
  ['lpPool1d', [rows, 2, 9], 'lpPool1d: Given input size'],
  ['normalize', [rows, { p: 'a' }], "normalize: Expected Scalar for p but received string 'a'"],
  ['softmin', [rows, 5], 'softmin: Dimension out of range'],
  ['crossEntropy', [rows, labels, { weight: 3 }], 'crossEntropy: Expected Tensor for weight'],
  ['crossEntropy', [rows, labels.narrow(0, 0, 1)], '(input: float32 [2, 3], target: int64 [1])'],
  ['nllLoss', [rows, labels, { weight: rows }], 'weight: float32 [2, 3])'],
  ['mseLoss', [rows, image], '(input: float32 [2, 3], target: float32 [1, 2, 4, 4])'],
  ['gaussianNllLoss', [rows, rows, 'a'], 'Expected a tensor for variance of gaussianNllLoss'],
  ['embeddingBag', [labels, rows, { offsets: 3 }], 'Expected a tensor for offsets of embeddingBag'],
  ['embeddingBag', [labels, rows, { perSampleWeights: 3 }], 'a tensor for perSampleWeights of'],
  ['embedding', [rows, rows], 'embedding: '],
  ['interpolate', [image, { size: 'a' }], 'Expected an integer, or an array of 2, for size of'],
  ['interpolate', [image, { scaleFactor: [1], mode: 'area' }], 'for scaleFactor of interpolate'],
  ['maxUnpool2d', [image, image.long(), 'a'], 'for kernelSize of maxUnpool2d but received string'],
  ['maxUnpool2d', [image, image.long(), 2, { outputSize: 3 }], 'for outputSize of maxUnpool2d'],
  [
    'multilabelSoftMarginLoss',
    [rows, rows, { weight: 2 }],
    'Expected a tensor for weight of multi',
  ],
  ['localResponseNorm', [image, 2, { k: 'a' }], 'for k of localResponseNorm'],
  ['batchNorm', [rows.narrow(0, 0, 1), null, null, { training: true }], 'more than one value'],
  [
    'instanceNorm',
    [rows],
    'Expected more than one value for each channel for the input of instance',
  ],
  ['tripletMarginWithDistanceLoss', [rows, rows, image], 'The size of tensor a (3) must match'],
  [
    'tripletMarginWithDistanceLoss',
    [rows, rows, rows, { distanceFunction: () => 3 }],
    'Expected a tensor for the result of distanceFunction',
  ],
])('%s names itself in what it refuses', (name, args, message) => {
  const error = errorOf(name, args);
  expect(error).toMatchObject({ operator: name, message: expect.stringContaining(message) });
  expect(error).toBeInstanceOf(Error);
});

test("errors of the caller's own functions stay as they are", () => {
  const distanceFunction = (a: Tensor, b: Tensor): Tensor => a.mm(b);
  expect(
    errorOf('tripletMarginWithDistanceLoss', [rows, rows, rows, { distanceFunction }]),
  ).toMatchObject({
    operator: 'mm',
  });
});
