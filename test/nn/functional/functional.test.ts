import { readFileSync } from 'node:fs';
import path from 'node:path';
import { functional as F } from '../../../lib/nn';
import { type Tensor, torch } from '../../../lib/torch';

const FIXTURE = path.join(__dirname, 'fixtures', 'functional.json');
const expected: Record<string, number[]> = JSON.parse(readFileSync(FIXTURE, 'utf8'));

function wave(shape: number[], scale = 0.7): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return torch.arange(count, { dtype: 'float64' }).mul(scale).sin().reshape(shape);
}

const a = wave([3, 4]);
const b = wave([3, 4], 0.4);
const signs = torch.tensor([1, -1, 1], { dtype: 'float64' });
const labels = torch.tensor([0n, 3n, 1n]);
const image = wave([1, 2, 4, 5]);
const line = wave([2, 3, 6]);
const theta = torch.tensor(
  [
    [
      [0.8, 0.3, 0.1],
      [-0.2, 0.9, 0.2],
    ],
  ],
  { dtype: 'float64' },
);
const grid = F.affineGrid(theta, [1, 2, 3, 3]);
const multi = torch.tensor([
  [0n, 2n, -1n, 1n],
  [3n, -1n, 0n, 0n],
  [1n, 2n, 3n, -1n],
]);
const weight = torch.tensor([1, 2, 0.5, 1.5], { dtype: 'float64' });
const [pooled, places] = F.maxPool2dWithIndices(image, 2);
const [first, second] = [a.select(1, 0), b.select(1, 1)];
const flipped = a.flip(0);
const apart = (x: Tensor, y: Tensor): Tensor => x.sub(y).abs().sum(1);

const CASES: Record<string, () => Tensor> = {
  l1Loss: () => F.l1Loss(a, b),
  'mseLoss sum': () => F.mseLoss(a, b, { reduction: 'sum' }),
  huberLoss: () => F.huberLoss(a, b, { delta: 0.3 }),
  smoothL1Loss: () => F.smoothL1Loss(a, b, { beta: 0.3 }),
  crossEntropy: () => F.crossEntropy(a, labels, { labelSmoothing: 0.1 }),
  'crossEntropy ignored': () => F.crossEntropy(a, torch.tensor([0n, -100n, 1n]), { weight }),
  nllLoss: () => F.nllLoss(a.logSoftmax(1), labels, { weight }),
  binaryCrossEntropy: () => F.binaryCrossEntropy(a.sigmoid(), b.sigmoid()),
  binaryCrossEntropyWithLogits: () =>
    F.binaryCrossEntropyWithLogits(a, b.sigmoid(), { posWeight: weight }),
  klDiv: () => F.klDiv(a.logSoftmax(1), b.softmax(1), { reduction: 'batchmean' }),
  gaussianNllLoss: () => F.gaussianNllLoss(a, b, b.square(), { full: true }),
  poissonNllLoss: () => F.poissonNllLoss(a, b.exp()),
  ctcLoss: () =>
    F.ctcLoss(
      wave([5, 2, 4]).logSoftmax(2),
      torch.tensor([
        [1n, 2n],
        [3n, 1n],
      ]),
      torch.tensor([5n, 4n]),
      torch.tensor([2n, 1n]),
    ),
  marginRankingLoss: () => F.marginRankingLoss(first, second, signs, { margin: 0.2 }),
  hingeEmbeddingLoss: () => F.hingeEmbeddingLoss(first, signs),
  cosineEmbeddingLoss: () => F.cosineEmbeddingLoss(a, b, signs, { margin: 0.1 }),
  softMarginLoss: () => F.softMarginLoss(first, signs),
  multilabelMarginLoss: () => F.multilabelMarginLoss(a, multi),
  multilabelSoftMarginLoss: () => F.multilabelSoftMarginLoss(a, b.gt(0).double(), { weight }),
  multiMarginLoss: () => F.multiMarginLoss(a, labels, { p: 2, margin: 0.5 }),
  tripletMarginLoss: () => F.tripletMarginLoss(a, b, flipped, { swap: true }),
  tripletMarginWithDistanceLoss: () =>
    F.tripletMarginWithDistanceLoss(a, b, flipped, {
      distanceFunction: apart,
      margin: 0.5,
      swap: true,
    }),
  logsigmoid: () => F.logsigmoid(a),
  softmin: () => F.softmin(a, 1),
  softsign: () => F.softsign(a),
  tanhshrink: () => F.tanhshrink(a),
  normalize: () => F.normalize(a, { p: 3, dim: 0 }),
  lpPool1d: () => F.lpPool1d(line.abs(), 2, 3, { stride: 2 }),
  lpPool2d: () => F.lpPool2d(image, 2, 2),
  lpPool3d: () => F.lpPool3d(wave([1, 2, 2, 4, 4]).abs(), 3, 2),
  adaptiveMaxPool2d: () => F.adaptiveMaxPool2d(image, [2, 2]),
  maxUnpool2d: () => F.maxUnpool2d(pooled, places, 2, { outputSize: [4, 5] }),
  'interpolate nearest': () => F.interpolate(image, { size: [3, 7] }),
  'interpolate bilinear': () => F.interpolate(image, { scaleFactor: 1.5, mode: 'bilinear' }),
  'interpolate bicubic': () =>
    F.interpolate(image, { size: 6, mode: 'bicubic', alignCorners: true }),
  'interpolate linear': () => F.interpolate(line, { size: 9, mode: 'linear' }),
  'interpolate area': () => F.interpolate(image, { size: [2, 3], mode: 'area' }),
  'interpolate trilinear': () =>
    F.interpolate(wave([1, 1, 2, 3, 3]), { scaleFactor: 2, mode: 'trilinear' }),
  affineGrid: () => grid,
  gridSample: () => F.gridSample(image, grid),
  'gridSample border': () =>
    F.gridSample(image, grid, { mode: 'bicubic', paddingMode: 'border', alignCorners: true }),
  unfold: () => F.unfold(image, [2, 3], { padding: 1, stride: 2 }),
  fold: () => F.fold(F.unfold(image, 2), [4, 5], 2),
  batchNorm: () =>
    F.batchNorm(image, null, null, {
      weight: weight.narrow(0, 0, 2),
      bias: weight.narrow(0, 2, 2),
      training: true,
    }),
  instanceNorm: () => F.instanceNorm(line),
  localResponseNorm: () => F.localResponseNorm(image, 2, { alpha: 0.1 }),
  'localResponseNorm 3': () => F.localResponseNorm(line, 3, { alpha: 0.1, k: 2 }),
  embedding: () => F.embedding(torch.tensor([[2n, 0n]]), a),
  embeddingBag: () =>
    F.embeddingBag(torch.tensor([0n, 2n, 1n]), a, {
      offsets: torch.tensor([0n, 1n]),
      mode: 'sum',
    }),
  'embeddingBag rows': () =>
    F.embeddingBag(
      torch.tensor([
        [0n, 2n],
        [1n, 1n],
      ]),
      a,
    ),
};

test('every value of PyTorch is compared', () => {
  expect(Object.keys(CASES)).toEqual(Object.keys(expected));
});

test.each(Object.entries(CASES))('%s gives what PyTorch gives', (name, run) => {
  const numbers = Array.from(run().flatten().data(), Number);
  expect(numbers.length).toBe(expected[name]?.length);
  for (const [i, value] of (expected[name] ?? []).entries())
    expect(numbers[i]).toBeCloseTo(value, 9);
});

describe('what is written here has exact derivatives of the second order', () => {
  const rows = wave([2, 3], 0.9);
  const targets = wave([2, 3], 0.5).gt(0).double();
  const planes = wave([1, 2, 4, 4], 0.37).abs().add(0.1);
  test.each<readonly [string, (x: Tensor) => Tensor, Tensor]>([
    ['gaussianNllLoss', (x) => F.gaussianNllLoss(rows, targets, x), rows.square().add(0.5)],
    ['multilabelSoftMarginLoss', (x) => F.multilabelSoftMarginLoss(x, targets), rows],
    [
      'tripletMarginWithDistanceLoss',
      (x) => F.tripletMarginWithDistanceLoss(x, targets, rows.flip(1), { margin: 3 }),
      rows,
    ],
    ['klDiv', (x) => F.klDiv(x, targets.softmax(1), { reduction: 'batchmean' }), rows],
    ['softmin', (x) => F.softmin(x, 1), rows],
    ['softsign', (x) => F.softsign(x), rows.add(0.05)],
    ['tanhshrink', (x) => F.tanhshrink(x), rows],
    ['normalize', (x) => F.normalize(x), rows.add(0.3)],
    ['lpPool2d', (x) => F.lpPool2d(x, 3, 2), planes],
    ['localResponseNorm', (x) => F.localResponseNorm(x, 2, { alpha: 0.5 }), planes],
  ])('%s', (_, fn, input) => {
    const x = input.detach().clone().requiresGrad_();
    expect(() => torch.gradcheck(fn, [x])).not.toThrow();
    expect(() => torch.gradgradcheck(fn, [x])).not.toThrow();
  });
});

describe('at random', () => {
  test('gumbelSoftmax samples in proportion, and is differentiable', () => {
    const generator = torch.generator(1);
    const logits = torch.tensor([0.7, 0.2, 0.1]).log().expand(4000, 3);
    const samples = F.gumbelSoftmax(logits, { hard: true, generator });
    const [share = 0] = samples.mean(0).data() as Float32Array;
    expect(Number(share)).toBeGreaterThan(0.67);
    expect(Number(share)).toBeLessThan(0.73);
    expect(samples.sum(1).eq(1).all().item()).toBe(true);
    const w = torch.zeros(2, 3, { requiresGrad: true });
    const hard = F.gumbelSoftmax(w, { hard: true, generator });
    const scale = torch.tensor([1, 2, 3]);
    expect(torch.grad(hard.mul(scale).sum(), w).abs().sum().item()).toBeGreaterThan(0);
  });

  test('dropout zeroes and scales in training alone', () => {
    torch.manualSeed(1);
    const x = torch.ones(100, 4, 5);
    expect(F.dropout(x, { training: false }).equal(x)).toBe(true);
    const channels = F.dropout1d(x, { p: 0.5 });
    expect(channels.amax([-1]).equal(channels.amin([-1]))).toBe(true);
    expect(channels.amax([-1]).unique().tolist()).toEqual([0, 2]);
  });
});

describe('wrong arguments are refused', () => {
  test.each<readonly [string, () => unknown, string]>([
    [
      'a reduction',
      () => F.l1Loss(a, b, { reduction: 'means' as never }),
      "'none' or 'mean' or 'sum'",
    ],
    ['an option', () => F.huberLoss(a, b, { beta: 1 } as never), 'Unknown option beta'],
    ['a variance', () => F.gaussianNllLoss(a, b, -1), 'no negative elements for variance'],
    ['neither size', () => F.interpolate(image, {}), 'either size or scaleFactor'],
    ['a mode', () => F.interpolate(line, { size: 3, mode: 'bilinear' }), 'a mode for 3 dimensions'],
    ['a share', () => F.dropout(a, { p: 2 }), 'a number in [0, 1] for p of dropout'],
    ['a temperature', () => F.gumbelSoftmax(a, { tau: 0 }), 'a positive number for tau'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
