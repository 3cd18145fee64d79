import { flag, knownOptions } from '../check';
import { invalidArgument, outOfRange } from '../errors';
import type { Dtype } from '../torch';

export type CloseOptions = {
  /** Relative to the expected value. Default: by dtype, as in `torch.testing.assert_close`. */
  rtol?: number;
  /** Absolute. Default: by dtype too. */
  atol?: number;
  /** Treat NaN as close to NaN. Default: false. */
  equalNan?: boolean;
};

// torch.testing.assert_close, `rtol` and `atol`; integers and booleans are compared exactly.
const DEFAULTS: Readonly<Partial<Record<Dtype, readonly [number, number]>>> = {
  float16: [1e-3, 1e-5],
  bfloat16: [1.6e-2, 1e-5],
  float32: [1.3e-6, 1e-5],
  float64: [1e-7, 1e-7],
  complex32: [1e-3, 1e-5],
  complex64: [1.3e-6, 1e-5],
  complex128: [1e-7, 1e-7],
};

/** The options, with what holds for the dtype where they say nothing. */
export function tolerances(
  options: CloseOptions,
  dtype: Dtype,
  operator: string,
): Required<CloseOptions> {
  const [relative, absolute] = DEFAULTS[dtype] ?? [0, 0];
  const known = knownOptions(options, ['rtol', 'atol', 'equalNan'], operator);
  const { rtol = relative, atol = absolute, equalNan = false } = known;
  for (const [name, value] of Object.entries({ rtol, atol })) {
    if (typeof value !== 'number') throw invalidArgument('a number', name, value, operator);
    if (!(value >= 0)) throw outOfRange('a number of at least 0', name, value, operator);
  }
  return { rtol, atol, equalNan: flag(equalNan, 'equalNan', operator) };
}
