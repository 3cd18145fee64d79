import { isPlainObject } from './plain-object';
import { hasHoles } from './values';

// More levels than any config has, and few enough for the stack of a schema.
export const MOST_LEVELS = 500;

/**
 * True for a value whose walk comes to an end: its arrays have no holes, of which there may be 2³², and
 * it has at most 500 levels, which one that holds itself has not.
 */
export function isBounded(value: unknown, levels = MOST_LEVELS): boolean {
  const isArray = Array.isArray(value);
  if (!isArray && !isPlainObject(value)) return true;
  if (levels === 0 || (isArray && hasHoles(value))) return false;
  return Object.values(value).every((item) => isBounded(item, levels - 1));
}
