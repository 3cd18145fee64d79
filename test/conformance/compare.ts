import { isTensor, type Tensor, torch } from '../../lib/torch';

/** PyTorch's defaults of `torch.testing.assert_close`; integers and booleans must be the same. */
export const TOLERANCES: Readonly<Record<string, { rtol: number; atol: number }>> = {
  float16: { rtol: 1e-3, atol: 1e-5 },
  bfloat16: { rtol: 1.6e-2, atol: 1e-5 },
  float32: { rtol: 1.3e-6, atol: 1e-5 },
  float64: { rtol: 1e-7, atol: 1e-7 },
  complex64: { rtol: 1.3e-6, atol: 1e-5 },
  complex128: { rtol: 1e-7, atol: 1e-7 },
};
const EXACT = { rtol: 0, atol: 0 };

/** How an actual value departs from the expected one; undefined if it does not. */
export function difference(
  actual: unknown,
  expected: unknown,
  elements = true,
): string | undefined {
  if (isTensor(expected)) {
    if (!isTensor(actual)) return `${String(actual)} instead of a tensor`;
    return tensorDifference(actual, expected, elements);
  }
  if (Object.is(actual, expected) || (actual === 0 && expected === 0)) return undefined;
  if (typeof actual === 'number' && typeof expected === 'number') {
    const { rtol, atol } = TOLERANCES.float32 ?? EXACT;
    if (Math.abs(actual - expected) <= atol + rtol * Math.abs(expected)) return undefined;
  }
  return `${String(actual)} instead of ${String(expected)}`;
}

function tensorDifference(actual: Tensor, expected: Tensor, elements: boolean): string | undefined {
  for (const fact of ['dtype', 'layout'] as const) {
    if (actual[fact] !== expected[fact]) {
      return `${fact} ${actual[fact]} instead of ${expected[fact]}`;
    }
  }
  const [shape, wanted] = [actual.shape.join(', '), expected.shape.join(', ')];
  if (shape !== wanted) return `shape [${shape}] instead of [${wanted}]`;
  if (!elements) return undefined;
  const tolerance = TOLERANCES[expected.dtype] ?? EXACT;
  const width = expected.dtype.startsWith('complex') ? 2 : 1;
  return worst(numbers(actual), numbers(expected), width, tolerance);
}

function numbers(tensor: Tensor): ArrayLike<number | bigint> {
  return torch.noGrad(() => {
    const dense = tensor.layout === 'strided' ? tensor : tensor.toDense();
    const half = dense.dtype === 'float16' || dense.dtype === 'bfloat16';
    return (half ? dense.to('float32') : dense).data();
  });
}

/** The element farthest from what is expected, of those beyond the tolerance. */
function worst(
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number | bigint>,
  width: number,
  { rtol, atol }: { rtol: number; atol: number },
): string | undefined {
  let found: string | undefined;
  let most = 0;
  for (let i = 0; i < expected.length; i += width) {
    const pair = (of: ArrayLike<number | bigint>) =>
      [Number(of[i]), width === 2 ? Number(of[i + 1]) : 0] as const;
    const [a, b] = [pair(actual), pair(expected)];
    if (a.every((part, k) => Object.is(part, b[k]) || part === b[k])) continue;
    const distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
    if (distance <= atol + rtol * Math.hypot(b[0], b[1])) continue;
    const size = Number.isNaN(distance) ? Infinity : distance;
    if (size > most) {
      most = size;
      found = `element ${i / width} is ${a[0]} instead of ${b[0]}`;
    }
  }
  return found;
}
