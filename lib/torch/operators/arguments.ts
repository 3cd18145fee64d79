import { isTensor } from '../tensor';

/** Options as they were when they were read, without a prototype. */
export type Options = Readonly<Record<string, unknown>>;

/** The options' own values. Getters run here, and never again. */
export function settledOptions(options: Options): Options {
  const settled: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(options)) settled[key] = settledValue(options[key]);
  return settled;
}

/**
 * An argument of which nothing is the caller's any more: arrays and complex numbers, which may have
 * getters or be Proxies, are copied. Holes are undefined.
 */
export function settledValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isTensor(value)) return value;
  if (Array.isArray(value)) return settledArray(value);
  const { re, im } = value as { re?: unknown; im?: unknown };
  return typeof re === 'number' && typeof im === 'number' ? { re, im } : value;
}

/** More elements than any list has that is meant, and few enough to be looked at. */
export const MOST_ELEMENTS = 2 ** 24;

function settledArray(values: readonly unknown[]): unknown[] {
  const settled: unknown[] = [];
  const { length } = values;
  // No parameter takes as many, so only their number is still asked for.
  if (length > MOST_ELEMENTS) return new Array(length);
  for (let i = 0; i < length; i++) {
    const value = values[i];
    settled.push(Array.isArray(value) ? value : settledValue(value));
  }
  return settled;
}
