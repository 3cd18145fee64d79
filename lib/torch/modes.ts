import { callable, flag, knownOptions } from '../check';
import { invalidArgument } from '../errors';
import { binding } from './binding';
import { type Setting, switched } from './defaults/switched';
import type { Dtype } from './dtype';
import { synchronous } from './synchronous';

const AUTOCAST_DTYPES: readonly Dtype[] = ['bfloat16', 'float16'];
const PRECISIONS = ['highest', 'high', 'medium'] as const;

/** How exact products of float32 matrices are; see `setFloat32MatmulPrecision`. */
export type MatmulPrecision = (typeof PRECISIONS)[number];

export type AutocastOptions = {
  /** False switches autocast off inside a region that has it on. Default: true. */
  enabled?: boolean;
};

/**
 * Runs `fn` with operators that benefit, such as matrix products, computing in `dtype`,
 * and operators that need the range, such as losses, in float32. Parameters keep their dtype. Regions
 * nest; the mode before is back when `fn` returns or throws.
 *
 *     const loss = torch.autocast('cpu', 'bfloat16', () => crossEntropy(model.apply(params, x), y));
 *
 * @param device a kind of device, for example `cpu` or `cuda`
 * @param dtype `bfloat16` or `float16`
 * @throws ArgumentTypeError for another dtype, or if `fn` returns a promise
 */
export function autocast<T>(
  device: string,
  dtype: Dtype,
  fn: () => T,
  options: AutocastOptions = {},
): T {
  const { enabled = true } = knownOptions(options, ['enabled'], 'autocast');
  if (!AUTOCAST_DTYPES.includes(dtype)) {
    throw invalidArgument(`'bfloat16' or 'float16'`, 'dtype', dtype, 'autocast');
  }
  callable(fn, 'fn', 'autocast');
  const before = binding.autocast(device);
  binding.enterAutocast();
  try {
    binding.setAutocast(device, enabled, dtype);
    return synchronous(fn(), 'autocast');
  } finally {
    binding.setAutocast(device, before.enabled, before.dtype);
    binding.leaveAutocast();
  }
}

/** True inside `autocast` of a kind of device. */
export function isAutocastEnabled(device: string): boolean {
  return binding.autocast(device).enabled;
}

/**
 * Makes operators use only algorithms that give the same result in every run, and fail with a
 * `TorchError` where there is none; also, uninitialised memory (`torch.empty`) is filled. It holds
 * for all threads of the process. With `fn`, it holds while `fn` runs, whose result is returned.
 */
export function useDeterministicAlgorithms(value: boolean): void;
export function useDeterministicAlgorithms<T>(value: boolean, fn: () => T): T;
export function useDeterministicAlgorithms<T>(value: boolean, fn?: () => T): T | undefined {
  flag(value, 'value', 'useDeterministicAlgorithms');
  return switched(algorithms, value, fn);
}

const algorithms: Setting<boolean> = {
  operator: 'useDeterministicAlgorithms',
  get: () => binding.deterministic(),
  set: (value) => binding.setDeterministic(value),
};

/** `useDeterministicAlgorithms(true, fn)`. */
export function deterministic<T>(fn: () => T): T {
  callable(fn, 'fn', 'deterministic');
  return useDeterministicAlgorithms(true, fn);
}

/** True if only deterministic algorithms are used. */
export function areDeterministicAlgorithmsEnabled(): boolean {
  return binding.deterministic();
}

/**
 * Sets how exact products of float32 matrices are, for all threads of the process: `highest`
 * computes in float32; `high` may use TensorFloat32 or a sum of two bfloat16 numbers; `medium` may
 * use bfloat16. With `fn`, it holds while `fn` runs, whose result is returned. Default: `highest`.
 */
export function setFloat32MatmulPrecision(precision: MatmulPrecision): void;
export function setFloat32MatmulPrecision<T>(precision: MatmulPrecision, fn: () => T): T;
export function setFloat32MatmulPrecision<T>(
  precision: MatmulPrecision,
  fn?: () => T,
): T | undefined {
  if (!PRECISIONS.includes(precision)) {
    const operator = 'setFloat32MatmulPrecision';
    throw invalidArgument(`'highest', 'high' or 'medium'`, 'precision', precision, operator);
  }
  return switched(products, precision, fn);
}

const products: Setting<string> = {
  operator: 'setFloat32MatmulPrecision',
  get: () => binding.matmulPrecision(),
  set: (precision) => binding.setMatmulPrecision(precision),
};

/** How exact products of float32 matrices are. */
export function getFloat32MatmulPrecision(): MatmulPrecision {
  return binding.matmulPrecision() as MatmulPrecision;
}
