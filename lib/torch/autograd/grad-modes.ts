import { TorchError } from '../../errors';
import { binding } from '../binding';
import { requireFunction } from '../check-options';
import { synchronous } from '../synchronous';

/** Runs `fn` without recording operators. */
export function noGrad<T>(fn: () => T): T {
  return withGradMode(false, fn);
}

/** Runs `fn` recording operators, also inside `noGrad`. */
export function enableGrad<T>(fn: () => T): T {
  return withGradMode(true, fn);
}

/** True if operators on tensors that require gradients are being recorded. */
export function isGradEnabled(): boolean {
  return binding.gradMode();
}

// Each thread has a mode of its own, and this module.
let inferenceDepth = 0;

/** Runs `fn` in inference mode: nothing is recorded, and what it makes can never be recorded. */
export function inferenceMode<T>(fn: () => T): T {
  requireFunction(fn, 'inferenceMode');
  binding.enterInferenceMode();
  inferenceDepth++;
  try {
    return synchronous(fn(), 'inferenceMode');
  } finally {
    inferenceDepth--;
    binding.leaveInferenceMode();
  }
}

/** Refuses to go on where what is recorded would be nothing, and gradients zeros. */
export function refuseInference(operator: string): void {
  if (inferenceDepth === 0) return;
  const message = `${operator}: Expected to be called outside inferenceMode, in which nothing is recorded; noGrad may be around it`;
  throw new TorchError('ERR_TORCH_AUTOGRAD', message, { operator });
}

function withGradMode<T>(enabled: boolean, fn: () => T): T {
  const operator = enabled ? 'enableGrad' : 'noGrad';
  requireFunction(fn, operator);
  const before = binding.gradMode();
  binding.setGradMode(enabled);
  try {
    return synchronous(fn(), operator);
  } finally {
    binding.setGradMode(before);
  }
}
