import { invalidArgument } from '../errors';
import { binding } from './binding';
import { isTensor } from './handle';
import { isAutocastEnabled } from './modes';
import type { Tensor } from './tensor';

/** @throws ArgumentTypeError for the first of the named arguments that is no tensor */
export function requireTensors(values: Readonly<Record<string, Tensor>>, operator: string): void {
  for (const [name, value] of Object.entries(values)) {
    if (!isTensor(value)) throw invalidArgument('a tensor', name, value, operator);
  }
}

/**
 * True where operators of our own may take the tensors as they are: on the CPU, in float32 or float64,
 * outside of autocast and `vmap`.
 */
export function arePlain(tensors: readonly Tensor[]): boolean {
  return tensors.every(isPlain) && !isAutocastEnabled('cpu');
}

function isPlain(tensor: Tensor): boolean {
  const { dtype } = tensor;
  return (dtype === 'float32' || dtype === 'float64') && isAtHand(tensor);
}

/** True for tensors on the CPU outside of `vmap`, whatever their dtype. */
export function isAtHand(tensor: Tensor): boolean {
  return tensor.device === 'cpu' && !binding.isBatched(tensor.handle);
}
