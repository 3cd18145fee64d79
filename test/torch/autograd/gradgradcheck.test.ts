import { type Tensor, type Tree, torch } from '../../../lib/torch/index';
import { float64 } from '../../helpers/gradients';
import { usedOperators } from '../../helpers/used-operators';

type Sample = readonly [fn: (...inputs: Tensor[]) => Tree, inputs: readonly Tensor[]];
type Ternary = (x: Tensor, y: Tensor, z: Tensor) => Tree;

const a = float64([3, 4], 1);
const b = float64([3, 4], 2);
const c = float64([3, 4], 3);
const m = float64([4, 2], 4);
const batch = float64([2, 3, 4], 5);
const stack = float64([2, 4, 3], 6);
const sum3 = float64([2, 3, 3], 7);
const positive = a.abs();
const mask = torch.tensor([true, false, true, true]);
const rows = torch.tensor([2n, 0n, 2n]);
const table = torch.tensor([
  [0n, 3n, 1n],
  [2n, 2n, 0n],
]);

/** A symmetric matrix with positive eigenvalues out of any. */
const definite = (x: Tensor): Tensor => x.matmul(x.mT).add(torch.eye(3, { dtype: 'float64' }));
const sample = <I extends readonly Tensor[]>(fn: (...inputs: I) => Tree, inputs: I): Sample => [
  (...own) => fn(...(own as unknown as I)),
  inputs,
];
const unary = (fn: (x: Tensor) => Tree, x = a): Sample => sample(fn, [x]);
const binary = (fn: (x: Tensor, y: Tensor) => Tree, y = b): Sample => sample(fn, [a, y]);
const ternary = (fn: Ternary, x: Tensor, y: Tensor, z: Tensor): Sample => sample(fn, [x, y, z]);

/** For every operator that the library differentiates through, numbers to check it with. */
const SAMPLES: Record<string, Sample> = {
  abs: unary((x) => x.abs()),
  add_: binary((x, y) => x.mul(2).add_(y, { alpha: 2 })),
  amax: unary((x) => [x.amax([1]), x.amax([0], true)]),
  chunk: unary((x) => x.chunk(2, 1)),
  cumsum: unary((x) => x.cumsum(1)),
  gelu_: unary((x) => x.mul(2).gelu_()),
  indexAdd: binary((x, y) => x.indexAdd(0, torch.tensor([2n, 0n, 1n]), y)),
  indexCopy: binary((x, y) => x.indexCopy(0, torch.tensor([2n, 0n, 1n]), y)),
  indexCopy_: binary((x, y) => x.clone().indexCopy_(0, torch.tensor([2n, 0n, 1n]), y)),
  mul_: binary((x, y) => x.add(1).mul_(y)),
  relu_: unary((x) => x.mul(2).relu_()),
  sin: unary((x) => x.sin()),
  'torch.viewAsReal': binary((x, y) => torch.viewAsReal(torch.complex(x, y).square())),
  'torch.viewAsComplex': unary((x) => torch.viewAsComplex(x.square()).abs(), m),
  resolveConj: binary((x, y) =>
    torch.viewAsReal(torch.complex(x, y).square().conj().resolveConj()),
  ),
  add: binary((x, y) => x.add(y, { alpha: 2 })),
  addcdiv: ternary((x, y, z) => x.addcdiv(y, z, { value: 2 }), a, b, c),
  addcmul: ternary((x, y, z) => x.addcmul(y, z, { value: 2 }), a, b, c),
  aminmax: unary((x) => x.aminmax({ dim: 1 })),
  baddbmm: ternary((x, y, z) => x.baddbmm(y, z, { beta: 0.5, alpha: 2 }), sum3, batch, stack),
  bmm: sample((x: Tensor, y: Tensor) => x.bmm(y), [batch, stack]),
  choleskyInverse: unary((x) => torch.linalg.cholesky(definite(x)).choleskyInverse()),
  choleskySolve: binary((x, y) => y.choleskySolve(torch.linalg.cholesky(definite(x)))),
  clamp: unary((x) => x.clamp(-0.5, 0.7)),
  maximum: binary((x, y) => x.maximum(y)),
  clampMin: unary((x) => x.clampMin(0.02)),
  clone: unary((x) => x.clone()),
  constantPadNd: unary((x) => x.constantPadNd([1, 2], 3)),
  contiguous: unary((x) => x.mT.contiguous()),
  copy_: binary((x, y) => x.clone().copy_(y).mul(x)),
  cos: unary((x) => x.cos()),
  diagonal: unary((x) => [x.diagonal(), x.diagonal(1)]),
  div: binary((x, y) => x.div(y)),
  exp: unary((x) => x.exp()),
  expand: unary((x) => x.expand([2, 3, 4])),
  flatten: unary((x) => x.flatten(), batch),
  gather: unary((x) => x.gather(1, table)),
  indexSelect: unary((x) => x.indexSelect(0, rows)),
  gelu: unary((x) => [x.gelu(), x.gelu({ approximate: 'tanh' })]),
  indexFill: unary((x) => x.indexFill(0, torch.tensor([1n]), 0)),
  lerp: binary((x, y) => x.lerp(y, 0.3)),
  leakyRelu: unary((x) => x.leakyRelu(0.2)),
  'torch.linalg.cholesky': unary((x) => torch.linalg.cholesky(definite(x))),
  'torch.linalg.eigh': unary((x) => {
    const { eigenvalues, eigenvectors } = torch.linalg.eigh(definite(x));
    return [eigenvalues, eigenvectors.square()];
  }),
  'torch.linalg.vectorNorm': unary((x) => [
    torch.linalg.vectorNorm(x),
    torch.linalg.vectorNorm(x, 2, [1]),
  ]),
  log: unary((x) => x.log(), positive),
  logSigmoid: unary((x) => x.logSigmoid()),
  logSoftmax: unary((x) => x.logSoftmax(1)),
  maskedFill: unary((x) => x.maskedFill(mask, 2)),
  scatterAdd: unary((x) => x.scatterAdd(1, table, x.gather(1, table).sin()).square()),
  topk: unary((x) => x.topk(2, 1)[0].square()),
  maskedSelect: unary((x) => x.maskedSelect(mask)),
  matmul: binary((x, y) => x.matmul(y), m),
  max: unary((x) => [x.max(), x.max(1)[0]]),
  mean: unary((x) => [x.mean(), x.mean(0)]),
  min: unary((x) => [x.min(), x.min(1)[0]]),
  mseLoss: binary((x, y) => [x.mseLoss(y), x.mseLoss(y, 0)]),
  mul: binary((x, y) => x.mul(y)),
  narrow: unary((x) => x.narrow(1, 1, 2)),
  neg: unary((x) => x.neg()),
  norm: unary((x) => [x.norm(), x.norm(2, [1])]),
  permute: unary((x) => x.permute([2, 0, 1]), batch),
  reciprocal: unary((x) => x.reciprocal(), positive),
  relu: unary((x) => x.relu()),
  remainder: unary((x) => x.remainder(1.7)),
  repeatInterleave: unary((x) => x.repeatInterleave(2, 1)),
  reshape: unary((x) => x.reshape([2, 6])),
  rsub: binary((x, y) => x.rsub(y)),
  select: unary((x) => x.select(1, 2)),
  sigmoid: unary((x) => x.sigmoid()),
  slice: unary((x) => x.slice(1, 0, 4, 2)),
  softmax: unary((x) => x.softmax(1)),
  split: unary((x) => x.split(3, 1)),
  sqrt: unary((x) => x.sqrt(), positive),
  square: unary((x) => x.square()),
  squeeze: unary((x) => x.unsqueeze(1).squeeze(1)),
  sub: binary((x, y) => x.sub(y, { alpha: 2 })),
  sum: unary((x) => [x.sum(), x.sum([1], true)]),
  tanh: unary((x) => x.tanh()),
  transpose: unary((x) => x.transpose(0, 2), batch),
  unbind: unary((x) => x.unbind(1)),
  unflatten: unary((x) => x.unflatten(1, [2, 2])),
  unsqueeze: unary((x) => x.unsqueeze(1)),
  view: unary((x) => x.view([2, 6])),
  'torch.cat': binary((x, y) => torch.cat([x, y], 1)),
  'torch.embedding': unary((x) => torch.embedding(x, rows)),
  'torch.layerNorm': ternary(
    (x, weight, bias) => torch.layerNorm(x, [4], { weight, bias }),
    a,
    float64([4], 8),
    float64([4], 9),
  ),
  'torch.linear': ternary(
    (x, w, v) => torch.linear(x, w, v),
    a,
    float64([2, 4], 8),
    float64([2], 9),
  ),
  'torch.lstmCell': sample(
    (x: Tensor, h: Tensor, s: Tensor, wi: Tensor, wh: Tensor) => torch.lstmCell(x, [h, s], wi, wh),
    [float64([2, 3]), float64([2, 2], 2), float64([2, 2], 3), float64([8, 3]), float64([8, 2])],
  ),
  'torch.constantPadNd': unary((x) => torch.constantPadNd(x, [2, 1]).square()),
  'torch.stack': binary((x, y) => torch.stack([x, y], 1)),
  'torch.where': binary((x, y) => torch.where(mask, x, y)),
};

/** Without a derivative, or with none but zero. */
const NOT_DIFFERENTIABLE = new Set(
  `all any argmin argsort ceil detach eq equal fill floor ge gt isfinite isnan isSameSize le logicalAnd logicalNot lt ne
  fullLike isComplex newFull newZeros nonzero numel onesLike set sign size values zerosLike torch.arange torch.empty torch.eye torch.ones torch.rand torch.randn torch.zeros`.split(
    /\s+/,
  ),
);

/** Without a second derivative: used where nothing is recorded alone. */
const NOT_RECORDED = new Set(['torch.scaledDotProductAttention']);

// Not those that `nn.functional` passes on: test/nn/functional checks what it makes of them.
const used = usedOperators(['nn', 'optim', 'meta', 'text'], 'nn/functional/');

test('every operator that the library uses is checked below', () => {
  const missing = [...used].filter(
    ([name]) => !(name in SAMPLES) && !NOT_DIFFERENTIABLE.has(name) && !NOT_RECORDED.has(name),
  );
  expect(used.size).toBeGreaterThan(60);
  expect(missing).toEqual([]);
});

test.each(Object.keys(SAMPLES))('%s', (name) => {
  const [fn, inputs] = SAMPLES[name] as Sample;
  torch.scope(() => {
    const own = inputs.map((input) => input.detach().requiresGrad_());
    expect(torch.gradcheck(fn, own)).toBe(true);
    expect(torch.gradgradcheck(fn, own)).toBe(true);
  });
});
