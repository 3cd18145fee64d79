import { torch } from '../../../../../lib/torch';
import type { Random } from '../random';
import { type Recipe, recipe } from './recipe';

const SIZES = [0, 1, 2, 3, 4, 5, 40] as const;
const DTYPES = ['float32', 'float32', 'float64', 'float16', 'int64', 'complex64'] as const;

/** Sizes by name, some of them zero, and a function that makes tensors of them. */
function sizes(random: Random) {
  const dtype = random.chance(0.7) ? 'float32' : random.pick(DTYPES);
  const [t, n, m, k, f] = random.list(5, () => random.pick(SIZES)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const requiresGrad = random.chance(0.4);
  const x = (...shape: number[]) => {
    const made = torch.randn(shape, { generator: torch.generator(1) }).to(dtype);
    return requiresGrad && !dtype.startsWith('int') ? made.requiresGrad_() : made;
  };
  return { t, n, m, k, f, x };
}

export const FUSED: readonly Recipe[] = [
  recipe('fused', 'torch.attention', torch.attention, (random) => {
    const { t, n, m, k, x } = sizes(random);
    const heads = random.pick([1, 1, 2, 0, -1, 3, Number.NaN, 0.5]);
    const head = random.chance(0.8) ? k * 2 : k;
    const mask = random.chance(0.4) ? { mask: torch.ones([t, n, m], { dtype: 'bool' }) } : {};
    return [x(t, n, head), x(t, m, head), x(t, m, head), { heads, ...mask }];
  }),
  recipe('fused', 'torch.convMax', torch.convMax, (random) => {
    const { t, n, m, k, f, x } = sizes(random);
    const width = random.int(3);
    return [x(t, n, m, k), x(t, f, width * k), x(t, f)];
  }),
  recipe('fused', 'torch.maskedSoftmax', torch.maskedSoftmax, (random) => {
    const { n, m, x } = sizes(random);
    return [x(n, m), torch.ones([n, m], { dtype: 'bool' }), random.int(4) - 2];
  }),
  recipe('fused', 'torch.taskCrossEntropy', torch.taskCrossEntropy, (random) => {
    const { t, n, k, x } = sizes(random);
    const labels = torch.randint(-1, 4, [t, n], { generator: torch.generator(1) });
    return [x(t, n, k), labels, random.pick([-1, -100, 0, 2 ** 53])];
  }),
  recipe('fused', 'torch.taskLayerNorm', torch.taskLayerNorm, (random) => {
    const { t, n, k, x } = sizes(random);
    return [x(t, n, k), x(t, k), x(t, k), random.pick([1e-5, 0, -1, Number.NaN])];
  }),
  recipe('fused', 'torch.taskLinear', torch.taskLinear, (random) => {
    const { t, n, m, k, x } = sizes(random);
    return random.chance(0.5) ? [x(t, n, k), x(t, m, k), x(t, m)] : [x(t, n, k), x(t, m, k)];
  }),
  recipe('fused', 'torch.taskProduct', torch.taskProduct, (random) => {
    const { t, n, m, k, x } = sizes(random);
    return [x(t, n, m), x(t, n, k), x(t, k, m)];
  }),
  recipe('fused', 'torch.taskOuter', torch.taskOuter, (random) => {
    const { t, n, m, k, x } = sizes(random);
    return [x(t, k, m), x(t, n, k), x(t, n, m)];
  }),
];
