import { binding } from '../binding';
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

/** Runs `fn` in inference mode: nothing is recorded, and what it makes can never be recorded. */
export function inferenceMode<T>(fn: () => T): T {
  binding.enterInferenceMode();
  try {
    return synchronous(fn(), 'inferenceMode');
  } finally {
    binding.leaveInferenceMode();
  }
}

function withGradMode<T>(enabled: boolean, fn: () => T): T {
  const before = binding.gradMode();
  binding.setGradMode(enabled);
  try {
    return synchronous(fn(), enabled ? 'enableGrad' : 'noGrad');
  } finally {
    binding.setGradMode(before);
  }
}
