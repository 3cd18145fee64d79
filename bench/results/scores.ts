import type { Tensor } from '../../lib/torch';
import { estimate, formatAccuracy } from '../../lib/train';
import * as calibration from '../../lib/train/metrics/calibration';
import * as scope from '../../lib/train/metrics/out-of-scope';

const numbers = (x: Tensor): number[] => x.to('float64').tolist() as number[];

/** The expected calibration error of answers by their probability, and 1 where they are right, else 0. */
export function calibrationError(confidence: Tensor, right: Tensor): number {
  return calibration.calibrationError(numbers(confidence), numbers(right));
}

/** The chance that a known text scores above an unknown one, ties counted half. */
export function auroc(known: Tensor, unknown: Tensor): number {
  return scope.auroc(numbers(known), numbers(unknown));
}

/** The mean of differences with its interval and its sign, in points, for example `+5.4 ± 1.0`. */
export function difference(values: readonly number[]): string {
  const { mean, halfWidth } = estimate(values);
  return `${mean < 0 ? '−' : '+'}${formatAccuracy({ mean: Math.abs(mean), halfWidth, count: values.length })}`;
}
