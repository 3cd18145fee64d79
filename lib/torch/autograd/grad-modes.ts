import { callable, flag } from '../../check';
import { TorchError } from '../../errors';
import { binding } from '../binding';
import { during, type Setting, switched } from '../defaults/switched';
import { synchronous } from '../synchronous';

/** Runs `fn` without recording operators. */
export function noGrad<T>(fn: () => T): T {
  return during(recording('noGrad'), false, fn);
}

/** Runs `fn` recording operators, also inside `noGrad`. */
export function enableGrad<T>(fn: () => T): T {
  return during(recording('enableGrad'), true, fn);
}

/**
 * Says whether this thread records operators from now on, or while `fn` runs, whose result is returned.
 *
 * It holds for this thread alone: every worker starts with recording. Without `fn` it holds until the next
 * change: `noGrad(fn)`, `enableGrad(fn)` and `setGradEnabled(mode, fn)` restore when they return what was
 * before, and so does backward; scopes do not. After an `await` it is whatever was set last in the thread, so
 * that a server's handlers should give `fn`.
 *
 * @throws ArgumentTypeError if `mode` is not a boolean, or if `fn` returns a promise
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if recording is asked for in `inferenceMode`, where there is none
 */
export function setGradEnabled(mode: boolean): void;
export function setGradEnabled<T>(mode: boolean, fn: () => T): T;
export function setGradEnabled<T>(mode: boolean, fn?: () => T): T | undefined {
  flag(mode, 'mode', 'setGradEnabled');
  if (mode) refuseInference('setGradEnabled');
  return switched(recording('setGradEnabled'), mode, fn);
}

/** True if operators on tensors that require gradients are being recorded. */
export function isGradEnabled(): boolean {
  return binding.gradMode();
}

// Each thread has its own mode, and its own copy of this module.
let inferenceDepth = 0;

/** Runs `fn` in inference mode: nothing is recorded, and its results can never be recorded. */
export function inferenceMode<T>(fn: () => T): T {
  callable(fn, 'fn', 'inferenceMode');
  binding.enterInferenceMode();
  inferenceDepth++;
  try {
    return synchronous(fn(), 'inferenceMode');
  } finally {
    inferenceDepth--;
    binding.leaveInferenceMode();
  }
}

/** True inside `inferenceMode`. */
export function isInferenceModeEnabled(): boolean {
  return inferenceDepth > 0;
}

/** Refuses to go on where nothing would be recorded and gradients would be zeros. */
export function refuseInference(operator: string): void {
  if (inferenceDepth === 0) return;
  const message = `${operator}: Expected to be called outside inferenceMode, in which nothing is recorded; noGrad may be around it`;
  throw new TorchError('ERR_TORCH_AUTOGRAD', message, { operator });
}

const recording = (operator: string): Setting<boolean> => ({
  operator,
  get: () => binding.gradMode(),
  set: (mode) => binding.setGradMode(mode),
});
