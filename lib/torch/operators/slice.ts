import { invalidArgument, outOfRange } from '../../errors';

/** A range of positions along one dimension, as `start:stop:step` in Python. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;

  /** @internal Use `torch.slice(start, stop, step)`. */
  constructor(start: number | null, stop: number | null, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/** Stands for as many whole dimensions as the other indices leave. */
export class Ellipsis {
  readonly kind = 'ellipsis';
}

export const ellipsis: Ellipsis = Object.freeze(new Ellipsis());

/**
 * The positions from `start` up to, but not including, `stop`, every `step`-th of them; null or undefined
 * means from the beginning and to the end. Negative positions count from the end, and positions
 * beyond the ends are cut, as in Python.
 *
 *     torch.slice(); torch.slice(1); torch.slice(null, -1); torch.slice(0, 10, 2);
 *
 * @throws ArgumentRangeError if `step` is below 1: PyTorch has no negative steps, see `flip`
 */
export function slice(
  start: number | null = null,
  stop: number | null = null,
  step: number | null = null,
): Slice {
  checkPosition('start', start);
  checkPosition('stop', stop);
  checkPosition('step', step);
  if (step !== null && step < 1) throw outOfRange('a positive integer', 'step', step, 'slice');
  return new Slice(start, stop, step ?? 1);
}

function checkPosition(name: string, value: number | null): void {
  if (value === null || Number.isSafeInteger(value)) return;
  throw invalidArgument('an integer or null', name, value, 'slice');
}
