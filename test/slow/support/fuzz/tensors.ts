import { DTYPES, type Dtype, type Tensor, torch } from '../../../../lib/torch';
import type { Random } from './random';

const SIZES: readonly number[] = [0, 1, 1, 2, 2, 3, 3, 4, 5, 8];
const LARGE = 70_000;
const COMMON: readonly Dtype[] = ['float32', 'float32', 'float32', 'float64', 'int64'];
const INTEGERS: readonly Dtype[] = ['int64', 'int64', 'int64', 'int32', 'uint8'];

/** What the tensors of one call have in common, so that many of them fit each other. */
export type Plan = {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** The size of dimensions that are drawn large. Default: 70,000. */
  readonly large?: number;
};

export function randomShape(random: Random, large = LARGE): number[] {
  const shape = random.list(random.int(6), () => random.pick(SIZES));
  if (shape.length > 0 && random.chance(0.02)) shape[random.int(shape.length)] = large;
  return shape.reduce((all, size) => all * size, 1) > 10 * LARGE ? [large] : shape;
}

export function randomPlan(random: Random, large = LARGE): Plan {
  const dtype = random.chance(0.75) ? random.pick(COMMON) : random.pick(DTYPES);
  return { shape: randomShape(random, large), dtype, large };
}

/** A tensor for a call: mostly of the plan's shape and dtype, in one of many states. */
export function randomTensor(random: Random, plan: Plan): Tensor {
  const dtype = random.chance(0.85) ? plan.dtype : random.pick(DTYPES);
  return altered(random, filled(random, relatedShape(random, plan), dtype));
}

/** Integers that mostly are valid indices of small dimensions. */
export function indexTensor(random: Random, plan: Plan): Tensor {
  const shape = random.chance(0.5) ? [random.int(6)] : relatedShape(random, plan);
  const dtype = random.chance(0.95) ? random.pick(INTEGERS) : plan.dtype;
  const made = torch.randint(0, random.pick([1, 2, 3, 4]), shape, source(random)).to(dtype);
  if (!random.chance(0.25)) return made;
  return made.add(random.pick([-1, -3, 1, 1000, 2 ** 31, 2 ** 62]));
}

function source(random: Random) {
  return { generator: torch.generator(random.int(2 ** 30)) };
}

function relatedShape(random: Random, { shape, large }: Plan): number[] {
  const kind = random.int(10);
  if (kind < 6) return [...shape];
  if (kind === 6) return shape.map((size) => (random.chance(0.5) ? 1 : size));
  if (kind === 7) return shape.slice(random.int(shape.length + 1));
  if (kind === 8) return [...shape].reverse();
  return randomShape(random, large);
}

const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1e30, -1e30, 1e-40] as const;

function filled(random: Random, shape: readonly number[], dtype: Dtype): Tensor {
  if (dtype === 'bool') return torch.randint(0, 2, shape, source(random)).to('bool');
  if (dtype.startsWith('complex')) return torch.randn(shape, { dtype, ...source(random) });
  if (/^u?int/.test(dtype)) {
    const low = dtype.startsWith('u') ? 0 : -3;
    return torch.randint(low, 6, shape, source(random)).to(dtype);
  }
  const drawn = torch.randn(shape, source(random)).to(dtype);
  if (!random.chance(0.1)) return drawn;
  return drawn.maskedFill(drawn.gt(random.pick([-1, 0, 1])), random.pick(SPECIAL));
}

type State = (tensor: Tensor, random: Random) => Tensor;

const STATES: readonly State[] = [
  (x) => x.requiresGrad_(),
  (x) => x.requiresGrad_(),
  (x) => x.requiresGrad_().mul(1),
  (x) => (x.ndim > 1 ? x.transpose(0, -1) : x.alias()),
  (x) =>
    x.ndim > 0
      ? x
          .unsqueeze(0)
          .expand([2, ...x.shape])
          .select(0, 1)
      : x.alias(),
  (x) => (x.ndim > 0 ? torch.cat([x, x], 0).slice(0, 0, 2 * (x.shape[0] ?? 0), 2) : x.alias()),
  (x) => (x.ndim > 0 ? x.select(0, 0).unsqueeze(0).expand(x.shape) : x.alias()),
  (x) => x.to({ device: 'meta' }),
  (x) => x.to({ device: 'meta' }),
  (x) => x.toSparse(),
  (x) => x.toSparseCsr(),
  (x) => torch.inferenceMode(() => x.clone()),
  (x) => zerosOfAutograd(x),
  (x) => (x.dtype.startsWith('complex') ? x.conj() : x.neg()),
  (x) => x.asStrided([], [], 0),
  (x) => x.toMkldnn(),
  (x) => {
    x.dispose();
    return x;
  },
];

// Autograd makes zeros without memory where a derivative is zero everywhere.
function zerosOfAutograd(x: Tensor): Tensor {
  const call = torch.ops.aten?._efficientzerotensor;
  return call?.(x.shape, { dtype: x.dtype }) as Tensor;
}

/** The tensor in another state; as it is where it cannot have the one that was drawn. */
function altered(random: Random, tensor: Tensor): Tensor {
  if (random.chance(0.55)) return tensor;
  try {
    return random.pick(STATES)(tensor, random);
  } catch {
    return tensor;
  }
}
