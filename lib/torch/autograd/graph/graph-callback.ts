import { binding } from '../../binding';
import { handleOf } from '../../handle';
import { scope } from '../../scope';
import { type Tensor, tensorOf } from '../../tensor';

/** A function that a graph calls with handles, which are the function's own. */
export type GraphCallback = (handles: (number | null)[], flags: boolean[]) => void;

/** What a graph gets from a function: tensors, and a function to call with them later. */
export type Answer = readonly (Tensor | null)[];

/**
 * Makes a function that a graph can call out of one of tensors. It runs in a scope: what it gives is
 * kept by the graph, and everything that it made is freed. What it throws is thrown by whatever made the
 * graph call it: an operator, `grad` or `backward`.
 */
export function graphCallback(
  fn: (tensors: (Tensor | null)[], flags: readonly boolean[]) => Answer | undefined,
): GraphCallback {
  return (handles, flags) =>
    scope(() => {
      const answer = fn(handles.map(tensorOrNull), flags);
      if (answer !== undefined) answerWith(answer);
    });
}

/** Within a function that a graph calls: what the graph gets, now rather than when it returns. */
export function answerWith(tensors: Answer, later?: GraphCallback): void {
  const handles = tensors.map((tensor) => (tensor === null ? null : handleOf(tensor)));
  binding.answer(handles, later ?? null);
}

function tensorOrNull(handle: number | null): Tensor | null {
  return handle === null ? null : tensorOf(handle);
}
