import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type Tensor, torch } from '../../../lib/torch/index';
import { expectClose, float64 } from '../../helpers/gradients';

const labels = torch.tensor([
  [0n, 3n, 1n],
  [2n, 2n, 0n],
]);
type Call = (...inputs: Tensor[]) => Tensor;

/** An operator of our own, what it is called with, and the first of them for two samples of vmap. */
const CASES: readonly (readonly [string, Call, readonly Tensor[]])[] = [
  [
    'taskLinear',
    (...[x, w, b]) => torch.taskLinear(x as Tensor, w as Tensor, b),
    [float64([2, 3, 4]), float64([2, 5, 4], 2), float64([2, 5], 3)],
  ],
  [
    'taskProduct',
    (...[added, y, w]) => torch.taskProduct(added as Tensor, y as Tensor, w as Tensor),
    [float64([2, 3, 4]), float64([2, 3, 5], 2), float64([2, 5, 4], 3)],
  ],
  [
    'taskOuter',
    (...[added, y, x]) => torch.taskOuter(added as Tensor, y as Tensor, x as Tensor),
    [float64([2, 5, 4]), float64([2, 3, 5], 2), float64([2, 3, 4], 3)],
  ],
  [
    'taskLayerNorm',
    (...[x, w, b]) => torch.taskLayerNorm(x as Tensor, w as Tensor, b as Tensor, 1e-3),
    [float64([2, 3, 4]), float64([2, 4], 2), float64([2, 4], 3)],
  ],
  [
    'taskCrossEntropy',
    (z) => torch.taskCrossEntropy(z as Tensor, labels.to(z?.device ?? 'cpu'), -100),
    [float64([2, 3, 4])],
  ],
  [
    'convMax',
    (...[x, w, b]) => torch.convMax(x as Tensor, w as Tensor, b as Tensor),
    [float64([2, 3, 6, 2]), float64([2, 5, 4], 2), float64([2, 5], 3)],
  ],
  [
    'attention',
    (...[q, k, v]) => torch.attention(q as Tensor, k as Tensor, v as Tensor, { heads: 2 }),
    [float64([2, 3, 4]), float64([2, 5, 4], 2), float64([2, 5, 6], 3)],
  ],
];

describe.each(CASES)('%s', (name, call, inputs) => {
  // The others end with something in single precision, a bias of convMax.
  const endsInProduct = ['taskLinear', 'taskProduct', 'taskOuter', 'attention'].includes(name);

  test('of dtypes that the kernels are not written for, is made of libtorch’s operators', () => {
    const half = call(...inputs.map((x) => x.to('bfloat16')));
    expect(half.dtype).toBe('bfloat16');
    expectClose(half.to('float64'), call(...inputs), 0.1);
  });

  test('inside vmap of vmap, with arguments that samples share, and gradients through it', () => {
    const [first, ...shared] = inputs as [Tensor, ...Tensor[]];
    const samples = [1, 2, 3, 4].map((factor) => first.mul(factor));
    const grid = torch.stack(samples).unflatten(0, [2, 2]).requiresGrad_();
    const one = (x: Tensor): Tensor => call(x, ...shared);
    const mapped = torch.vmap((row: Tensor) => torch.vmap(one)(row) as Tensor)(grid) as Tensor;
    expectClose(mapped.flatten(0, 1), torch.stack(samples.map(one)));
    const [found] = torch.grad(mapped.sin().sum(), [grid]) as [Tensor];
    const expected = samples.map((sample) => {
      const x = sample.detach().requiresGrad_();
      return torch.grad(
        call(x, ...shared)
          .sin()
          .sum(),
        [x],
      )[0] as Tensor;
    });
    expectClose(found.flatten(0, 1), torch.stack(expected));
  });

  test('under autocast, works in the dtype that libtorch’s operators would', () => {
    const single = inputs.map((x) => x.to('float32'));
    const found = torch.autocast('cpu', 'bfloat16', () => call(...single));
    expect(found.dtype).toBe(endsInProduct ? 'bfloat16' : 'float32');
    expectClose(found.to('float64'), call(...inputs), 0.1);
  });

  test('keeps no graph where no gradient is asked for', () => {
    const own = inputs.map((x) => x.detach().requiresGrad_());
    expect(torch.noGrad(() => call(...own)).requiresGrad).toBe(false);
    expect(call(...inputs).requiresGrad).toBe(false);
    expect(call(...own).requiresGrad).toBe(true);
    expectClose(
      torch.noGrad(() => call(...own)),
      call(...own),
      0,
    );
  });
});

// libtorch's layer normalisation has no kernel for `meta` outside of Python.
test.each(CASES.filter(([name]) => name !== 'taskLayerNorm'))(
  '%s on other devices, likewise',
  (_, call, inputs) => {
    const there = call(...inputs.map((x) => x.to('meta')));
    expect(there.device).toBe('meta');
    expect(there.shape).toEqual(call(...inputs).shape);
  },
);

test('vmap runs none of them for one sample after the other', () => {
  // libtorch says so, once for each operator and process, on the standard error.
  const script = `
    const { torch } = require(${JSON.stringify(path.join(__dirname, '../../../dist/torch'))});
    const [x, w, b, z] = [[2, 3, 4], [2, 5, 4], [2, 5], [2, 3, 5]].map((shape) => torch.ones(shape));
    const labels = torch.zeros([2, 3], { dtype: 'int64' });
    const samples = (fn, ...inputs) =>
      torch.vmap(fn)(...inputs.map((input) => torch.stack([input, input])));
    samples((a) => torch.taskLinear(a, w, b), x);
    samples((a) => torch.taskProduct(a, z, w), x);
    samples((a) => torch.taskOuter(w, a, x), z);
    samples((a) => torch.taskLayerNorm(a, x.select(1, 0), x.select(1, 0), 1e-5), x);
    samples((a) => torch.taskCrossEntropy(a, labels, -100), x);
    samples((a) => torch.convMax(a, w, b), x.unsqueeze(1));
    samples((a) => torch.attention(a, a, a), x);
    console.log('done');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(stdout.trim()).toBe('done');
  expect(stderr).not.toMatch(/metatorch::/);
});
