import { invalidArgument } from '../../errors';

/** Returns `value` if it is an AbortSignal. */
export function abortSignal(value: unknown, name: string, operator: string): AbortSignal {
  // By its shape: each realm has its own class.
  const isSignal = typeof value === 'object' && value !== null && 'throwIfAborted' in value;
  if (isSignal && 'aborted' in value) return value as AbortSignal;
  throw invalidArgument('an AbortSignal', `${name} of ${operator}`, value, operator);
}
