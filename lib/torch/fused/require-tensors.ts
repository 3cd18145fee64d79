import { invalidArgument } from '../../errors';
import { isTensor, type Tensor } from '../tensor';

/** @throws ArgumentTypeError for the first of the named arguments that is not a tensor */
export function requireTensors(values: Readonly<Record<string, Tensor>>, operator: string): void {
  for (const [name, value] of Object.entries(values)) {
    if (!isTensor(value)) throw invalidArgument('a tensor', name, value, operator);
  }
}
