import { binding } from '../binding';

/**
 * Runs an overload on values in the order of its schema. Spreading them would cost more than the call itself
 * for the few that most operators have.
 */
export function dispatch(id: number, values: readonly unknown[]): unknown {
  let count = values.length;
  while (count > 0 && values[count - 1] === undefined) count--;
  switch (count) {
    case 0:
      return binding.dispatch(id);
    case 1:
      return binding.dispatch(id, values[0]);
    case 2:
      return binding.dispatch(id, values[0], values[1]);
    case 3:
      return binding.dispatch(id, values[0], values[1], values[2]);
    case 4:
      return binding.dispatch(id, values[0], values[1], values[2], values[3]);
    default:
      return binding.dispatch(id, ...values.slice(0, count));
  }
}
