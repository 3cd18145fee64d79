import { checkOptions, objectOf, positiveInteger } from '../check';
import { ArgumentRangeError } from '../errors';

/** The most that a classifier may learn. Default: any number. */
export type ClassifierLimits = {
  labels?: number | undefined;
  examples?: number | undefined;
};

/** A classifier would have more labels or examples than it may have. */
export class LimitError extends ArgumentRangeError {}

/** Returns `value` if it is limits. */
export function classifierLimits(value: unknown, name: string, operator: string): ClassifierLimits {
  const where = `${name} of ${operator}`;
  const limits = checkOptions(objectOf(value, name, operator), ['labels', 'examples'], where);
  return Object.fromEntries(
    Object.entries(limits).flatMap(([key, most]) =>
      most === undefined ? [] : [[key, positiveInteger(most, key, where)]],
    ),
  );
}

/** Refuses what a classifier would be with more than it may have. @throws LimitError */
export function requireWithin(
  limits: ClassifierLimits | undefined,
  counts: { labels: number; examples: number },
  operator: string,
): void {
  for (const what of ['labels', 'examples'] as const) {
    const most = limits?.[what] ?? Infinity;
    if (counts[what] <= most) continue;
    throw new LimitError(
      `Expected at most ${most} ${what} for the classifier after ${operator} but received ${counts[what]}`,
      operator,
    );
  }
}
