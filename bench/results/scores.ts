import type { Tensor } from '../../lib/torch';
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
