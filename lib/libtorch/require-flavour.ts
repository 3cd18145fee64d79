import { invalidArgument, outOfRange } from '../errors';
import type { Flavour } from './inspect';

/** Refuses options whose device is neither `cpu` nor `cuda`. */
export function requireFlavour(options: { device: Flavour }, operator: string): void {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) {
    throw invalidArgument('an object', `the options of ${operator}`, given, operator);
  }
  const { device }: { device?: unknown } = given;
  const where = `device of ${operator}`;
  if (typeof device !== 'string') throw invalidArgument("'cpu' or 'cuda'", where, device, operator);
  if (device !== 'cpu' && device !== 'cuda') {
    throw outOfRange("'cpu' or 'cuda'", where, device, operator);
  }
}
