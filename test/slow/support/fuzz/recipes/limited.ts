import { isPlainObject } from '../../../../../lib/check';
import type { AnyFunction } from './recipe';

const MOST_MILLISECONDS = 1000;

/** With a signal in the argument at `at` that ends it, however many steps are asked for. */
export const timed =
  (at: number, leaveOut: readonly string[] = []) =>
  (fn: AnyFunction): AnyFunction => {
    const called = fn as (...args: unknown[]) => unknown;
    return ((...args: unknown[]) => {
      const given = args[at];
      if (!isPlainObject(given) && given !== undefined) return called(...args);
      const own = Object.entries(Object(given)).filter(([key]) => !leaveOut.includes(key));
      const limited = {
        ...Object.fromEntries(own),
        signal: AbortSignal.timeout(MOST_MILLISECONDS),
      };
      return called(...args.toSpliced(at, 1, limited));
    }) as AnyFunction;
  };

/** What is made holds tensors outside of any scope. */
export const disposing = (fn: AnyFunction): AnyFunction => {
  const called = fn as (...args: unknown[]) => unknown;
  return (async (...args: unknown[]) => {
    await undefined;
    const made: { dispose?(): void; model?: { dispose(): void } } = Object(await called(...args));
    made.model?.dispose();
    made.dispose?.();
  }) as AnyFunction;
};
