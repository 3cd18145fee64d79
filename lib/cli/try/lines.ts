import type { Prediction } from '../../serve';
import type { Estimate } from '../../train';
import { cut, padded, screenWidth } from '../terminal';

const LABEL = 17;
const LARGEST_SHARE = 5;

/** The answer to a question, as one line: label, probability and the example that explains it. */
export function answerLine({
  label,
  probability,
  unknown,
  nearest: [example],
}: Prediction): string {
  const share = label === null ? '' : `${(100 * probability).toFixed(0)} %`;
  const start = `    ${padded(label ?? 'unknown', LABEL)}${share.padStart(LARGEST_SHARE)}   `;
  if (unknown !== null) return `${start}${unknown}`;
  const like = 'like: ';
  return `${start}${like}${cut(example?.text ?? '', screenWidth() - start.length - like.length)}`;
}

/** A share in per cent with half of its 95 % interval: `58.6 ± 0.9`. */
export function percent({ mean, halfWidth }: Estimate): string {
  return `${(100 * mean).toFixed(1)} ± ${(100 * halfWidth).toFixed(1)}`;
}

/** The time since `start`, a reading of `performance.now()`. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
