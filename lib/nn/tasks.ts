import { positiveInteger } from '../check';
import { mapTree, type Tensor, type Tree } from '../torch';

/**
 * The parameters with a leading axis for `tasks` tasks: `[...]` becomes `[T, ...]`. Nothing is copied:
 * all tasks see the same memory, and gradients sum over the tasks.
 *
 * @throws ArgumentRangeError if `tasks` is not a positive integer
 */
export function expandTasks<P extends Tree>(params: P, tasks: number): P {
  positiveInteger(tasks, 'tasks', 'expandTasks');
  return mapTree(([tensor]) => tensor.expand([tasks, ...tensor.shape]), params);
}

/** One task's parameters out of those with a task axis, `[T, ...]` to `[...]`, as views. */
export function selectTask<P extends Tree>(params: P, task: number): P {
  return mapTree(([tensor]) => tensor.select(0, task), params);
}

/**
 * A parameter with a task axis, of `ndim` dimensions: its own, or one that repeats it without a copy
 * for all tasks.
 */
export function ofTasks(parameter: Tensor, ndim: number, tasks = 1): Tensor {
  if (parameter.ndim === ndim) return parameter;
  return parameter.unsqueeze(0).expand([tasks, ...new Array<number>(ndim - 1).fill(-1)]);
}

/** A `[T, D]` tensor with dimensions of 1 put in, to meet a tensor `[T, …, D]` of `ndim` dimensions. */
export function alignTasks(perTask: Tensor, ndim: number): Tensor {
  const [tasks = 1, size = 1] = perTask.shape;
  return perTask.view([tasks, ...new Array<number>(Math.max(ndim - 2, 0)).fill(1), size]);
}
