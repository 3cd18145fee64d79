import { type Tensor, type Tree, torch } from '../../../lib/torch/index';
import { expectClose, float64 } from '../../helpers/gradients';
import { expectLikeLoop } from '../../helpers/like-loop';

const x = float64([3, 4, 2]);
const rows = float64([3, 2], 2);
const refused = expect.objectContaining({ code: 'ERR_TORCH_VMAP' });

/** A result and its gradients of both orders, weighted element by element. */
function derivatives(fn: (...args: Tensor[]) => Tensor, args: readonly Tensor[]): Tree {
  const own = args.map((arg) => arg.detach().requiresGrad_());
  const result = fn(...own);
  const options = { createGraph: true, allowUnused: true };
  const first = torch.grad(weighted(result), own, options);
  const recorded = first.filter((gradient) => gradient.requiresGrad);
  if (recorded.length === 0) return [result, ...first, ...own.map((arg) => arg.zerosLike())];
  const sum = recorded.map(weighted).reduce((a, b) => a.add(b));
  return [result, ...first, ...torch.grad(sum, own, { allowUnused: true })];
}

function weighted(tensor: Tensor): Tensor {
  const weights = torch.arange(1, tensor.numel() + 1, { dtype: 'float64' }).cos();
  return tensor.mul(weights.reshape(tensor.shape)).sum();
}

/** Asserts that derivatives inside vmap are those of a loop, whichever argument varies. */
function expectDerivatives(fn: (...args: Tensor[]) => Tensor, args: readonly Tensor[]): void {
  expectLikeLoop((...own) => derivatives(fn, own), args);
  for (const varying of args.keys()) {
    const withOthers = (own: Tensor): Tree =>
      derivatives(
        fn,
        args.map((arg, i) => (i === varying ? own : arg.select(0, 0))),
      );
    expectLikeLoop(withOthers, [args[varying] as Tensor]);
  }
}

describe('parts of tensors', () => {
  test('the gradient of what selectScatter sets is its own', () => {
    expectDerivatives((a, s) => a.pow(2).selectScatter(s.pow(2), 0, -1), [x, rows]);
    expectDerivatives((a, s) => a.selectScatter(s.sin(), 0, 1), [x, rows]);
    const scatter = torch.vmap((a: Tensor) => a.selectScatter(a.select(0, 0), 0, 4));
    expect(() => scatter(x)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_INDEX' }));
  });

  test('indexFill takes a value of each sample', () => {
    const index = torch.tensor([0n, 2n, 2n]);
    const value = float64([3], 3);
    expectDerivatives((a, v) => a.pow(2).indexFill(0, index, v.pow(2)), [x, value]);
    expectLikeLoop((a, v) => a.clone().indexFill_(1, torch.tensor([1n]), v), [x, value]);
    expectLikeLoop((a, v) => a.indexFill(0, torch.tensor([0n]), v), [value, value.mul(2)]);
  });

  test('take and put', () => {
    const index = torch.tensor(
      [
        [0, 5],
        [-1, 2],
        [3, 3],
      ].map((row) => row.map(BigInt)),
    );
    expectLikeLoop((a, i) => derivatives((b) => b.pow(2).take(i), [a]), [x, index]);
    const put = (a: Tensor, i: Tensor, s: Tensor, accumulate: boolean): Tree =>
      derivatives((b, t) => b.pow(2).put(i, t.pow(2), accumulate), [a, s]);
    expectLikeLoop((a, i, s) => put(a, i, s, true), [x, index, rows]);
    expectLikeLoop(
      (a, i, s) => put(a, i.narrow(0, 0, 1), s.narrow(0, 0, 1), false),
      [x, index, rows],
    );
  });

  test('the Jacobian of maskedSelect', () => {
    const mask = torch.tensor([true, false, true, true]);
    const a = float64([4]);
    const expected = torch.eye(4, { dtype: 'float64' }).index(mask);
    expectClose(
      torch.jacobian((b) => b.maskedSelect(mask), a),
      expected,
    );
    const wide = torch.jacobian((b) => b.maskedSelect(mask), float64([1]));
    expect(wide.tolist()).toEqual([[1], [1], [1]]);
  });

  test('asStrided_ would change the layout of all samples', () => {
    expect(() => torch.vmap((a: Tensor) => a.clone().asStrided_([2], [1]))(x)).toThrow(refused);
  });
});

describe('losses', () => {
  const scores = float64([3, 5, 4]);
  const labels = torch.tensor([
    [0n, 1n, 2n, 3n, 0n],
    [3n, -100n, 1n, 1n, 0n],
    [2n, 2n, 2n, -100n, -100n],
  ]);
  const weight = torch.tensor([0.5, 1, 2, 3], { dtype: 'float64' });
  const reductions = [0, 1, 2];
  const LOSS_OPTIONS: readonly { weight?: Tensor; smoothing?: number }[] = [
    {},
    { weight },
    { weight, smoothing: 0.1 },
  ];

  test.each(reductions)('cross-entropy, reduction %d', (reduction) => {
    for (const options of LOSS_OPTIONS) {
      const loss = (s: Tensor, l: Tensor): Tensor =>
        s.crossEntropyLoss(l, options.weight, reduction, -100, options.smoothing ?? 0);
      expectLikeLoop((s, l) => derivatives((own) => loss(own, l), [s]), [scores, labels]);
    }
  });

  test('of images', () => {
    const images = float64([3, 2, 4, 2, 2]);
    const targets = torch.randint(4, [3, 2, 2, 2], { generator: torch.generator(1) });
    expectLikeLoop((s, l) => derivatives((own) => own.crossEntropyLoss(l), [s]), [images, targets]);
  });

  test('labels beyond the classes are refused', () => {
    const loss = torch.vmap((s: Tensor, l: Tensor) => s.crossEntropyLoss(l));
    expect(() => loss(scores, labels.add(1))).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_INDEX' }),
    );
  });

  test.each(reductions)('of differences, reduction %d', (reduction) => {
    const targets = float64([3, 5, 4], 7);
    expectDerivatives((s, t) => s.mseLoss(t, reduction), [scores, targets]);
    expectDerivatives((s, t) => s.smoothL1Loss(t, reduction, 0.7), [scores, targets]);
    expectDerivatives((s, t) => s.huberLoss(t, reduction, 0.7), [scores, targets]);
  });
});

describe('normalisation: second gradients where libtorch took mean and deviation for constants', () => {
  const input = float64([3, 4, 2]);
  const weight = float64([2], 5);
  const own = (w: Tensor): Tensor => w.detach().requiresGrad_();

  test('layerNorm, with weights that samples share', () => {
    expectDerivatives(
      (a, w, b) => torch.layerNorm(a, [2], w, b),
      [input, float64([3, 2], 5), float64([3, 2], 6)],
    );
  });

  test.each([true, false])('batchNorm, training: %s', (training) => {
    const mean = float64([2], 8);
    const variance = float64([2], 9).abs();
    const norm = (a: Tensor, w: Tensor): Tensor =>
      torch.batchNorm(
        a,
        w,
        null,
        training ? null : mean,
        training ? null : variance,
        training,
        0,
        1e-5,
        false,
      );
    expectLikeLoop((a) => derivatives((b) => norm(b, weight), [a]), [input]);
    expectLikeLoop(
      (w) => derivatives((v) => norm(input.select(0, 0), v), [w]),
      [float64([3, 2], 5)],
    );
  });

  test('the gradient of a Jacobian', () => {
    const a = own(input.select(0, 0));
    const slow = (): Tensor => {
      const y = torch.layerNorm(a, [2], weight);
      const each = Array.from({ length: y.numel() }, (_, i) => {
        const seed = torch.eye(y.numel(), { dtype: 'float64' }).select(0, i).view(y.shape);
        return torch.grad(y, a, { gradOutputs: seed, createGraph: true });
      });
      return torch.stack(each);
    };
    const fast = torch.jacobian((b) => torch.layerNorm(b, [2], weight), a, { createGraph: true });
    const found = torch.grad(fast.pow(3).sum(), a);
    expectClose(found, torch.grad(slow().pow(3).sum(), a), 1e-9);
  });
});

describe('operators in place, with gradients', () => {
  const y = float64([3, 4, 2], 4).abs();
  test.each<[string, (a: Tensor, b: Tensor) => Tensor]>([
    ['pow_', (a, b) => a.abs().pow_(b)],
    ['hypot_', (a, b) => a.mul(1).hypot_(b)],
    ['cumprod_', (a, b) => a.mul(b).cumprod_(0)],
    ['cumsum_', (a, b) => a.mul(b).cumsum_(0)],
    ['ldexp_', (a, b) => a.mul(1).ldexp_(b)],
    ['addcmul_', (a, b) => a.mul(1).addcmul_(a, b)],
    ['remainder_', (a, b) => a.mul(1).remainder_(b)],
    ['xlogy_', (a, b) => a.mul(1).xlogy_(b)],
    ['floatPower_', (a, b) => a.abs().floatPower_(b)],
    ['clamp_', (a, b) => a.mul(b).clamp_(-0.5, 0.5)],
  ])('%s', (_, fn) => {
    expectLikeLoop((a, b) => derivatives((p, q) => fn(p.mul(1), q), [a, b]), [x, y]);
  });

  test('keep their dtype and shape, as outside vmap', () => {
    const counts = torch.tensor([
      [1n, 2n],
      [3n, 4n],
    ]);
    const half = torch.tensor([0.5, 0.5]);
    expect(() => torch.vmap((a: Tensor) => a.clone().pow_(half))(counts)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_DTYPE' }),
    );
    expect(() => torch.vmap((a: Tensor) => a.clone().pow_(torch.ones([3, 2])))(rows)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_SHAPE' }),
    );
    expectLikeLoop((a) => a.clone().eq_(rows.select(0, 0)), [rows]);
  });
});

describe('composed operators', () => {
  test('addr', () => {
    const args = [float64([3, 4, 2]), float64([3, 4], 2), float64([3, 2], 3)];
    expectDerivatives((a, u, v) => a.addr(u, v, { beta: 0.5, alpha: 2 }), args);
    expectDerivatives((a, u, v) => a.addr(u, v, { beta: 0 }), args);
  });

  test('prelu with weights of each sample', () => {
    expectDerivatives((a, w) => a.prelu(w), [x, rows]);
  });

  test('columnStack, conj and others', () => {
    expectDerivatives((a, b) => torch.columnStack([a.select(1, 0), b]), [x, float64([3, 4], 3)]);
    const z = float64([3, 4, 2]).viewAsComplex();
    const conjugate = torch.vmap((a: Tensor) => a.conj().mul(a))(z);
    expectClose(conjugate.real, z.abs().pow(2));
    expectDerivatives((a) => a.diagflat(), [rows]);
    expectLikeLoop((a, b) => a.isclose(b), [x, x.add(torch.tensor([0, 1], { dtype: 'float64' }))]);
  });
});
