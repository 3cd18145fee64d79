import { invalidArgument, TorchError } from '../../errors';
import { binding } from '../binding';
import type { Dtype } from '../dtype';
import { type Setting, switched } from './switched';

const FLOATING = ['float32', 'float64', 'float16', 'bfloat16'] as const;

/** A dtype that numbers may have where none is given. */
export type DefaultDtype = (typeof FLOATING)[number];

const setting: Setting<DefaultDtype> = {
  operator: 'setDefaultDtype',
  get: getDefaultDtype,
  set: (dtype) => binding.setDefaultDtype(dtype),
};

/**
 * Sets the dtype of numbers where none is given: of `tensor`, `full`, `zeros`, `rand`, `arange` of
 * fractions, layers' parameters, and of what integers divided by integers become. Complex numbers get
 * the complex dtype that has such parts. With `fn`, it holds while `fn` runs, whose result is returned.
 *
 * As in PyTorch it holds for the process: threads that start later have it too. Weights that are read
 * from files keep their dtype, and mixing them with others is up to the caller. Default: `float32`.
 *
 *     torch.setDefaultDtype('float64');
 *     torch.tensor([1, 2]).dtype; // 'float64'
 *
 * @throws ArgumentTypeError for a dtype that is not `float32`, `float64`, `float16` or `bfloat16`, or if
 *   `fn` returns a promise
 * @throws TorchError `ERR_TORCH_BUSY` if another thread uses torch, where it would change what is being made
 */
export function setDefaultDtype(dtype: DefaultDtype): void;
export function setDefaultDtype<T>(dtype: DefaultDtype, fn: () => T): T;
export function setDefaultDtype<T>(dtype: DefaultDtype, fn?: () => T): T | undefined {
  if (!FLOATING.includes(dtype)) {
    const expected = "'float32', 'float64', 'float16' or 'bfloat16'";
    throw invalidArgument(expected, 'dtype', dtype, 'setDefaultDtype');
  }
  if (dtype !== getDefaultDtype()) requireAlone();
  return switched(setting, dtype, fn);
}

/** The dtype of numbers where none is given; see `setDefaultDtype`. */
export function getDefaultDtype(): DefaultDtype {
  return binding.defaultDtype() as DefaultDtype;
}

/** Likewise of complex numbers. There are none with parts in bfloat16. */
export function defaultComplexDtype(): Dtype {
  const dtype = getDefaultDtype();
  if (dtype === 'float64') return 'complex128';
  return dtype === 'float16' ? 'complex32' : 'complex64';
}

function requireAlone(): void {
  const others = binding.threadsInUse() - 1;
  if (others === 0) return;
  const who = others === 1 ? 'another thread uses it' : `${others} other threads use it`;
  throw new TorchError(
    'ERR_TORCH_BUSY',
    `setDefaultDtype: Expected to be called while no other thread uses torch, since it holds for the process, but ${who}; call it first, or give dtypes`,
    { operator: 'setDefaultDtype' },
  );
}
