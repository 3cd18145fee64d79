import { callable } from '../../check';
import { synchronous } from '../synchronous';

/** A setting that has one value at a time. */
export type Setting<V> = {
  /** The function that changes it, for errors. */
  readonly operator: string;
  get(): V;
  set(value: V): void;
};

/** Changes a setting while `fn` runs, whose result is returned. */
export function during<V, T>({ operator, get, set }: Setting<V>, value: V, fn: () => T): T {
  callable(fn, 'fn', operator);
  const before = get();
  set(value);
  try {
    return synchronous(fn(), operator);
  } finally {
    set(before);
  }
}

/** Changes a setting for good, or while `fn` runs. */
export function switched<V, T>(
  setting: Setting<V>,
  value: V,
  fn: (() => T) | undefined,
): T | undefined {
  if (fn !== undefined) return during(setting, value, fn);
  setting.set(value);
  return undefined;
}
