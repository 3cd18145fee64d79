import { ArgumentTypeError } from '../errors';
import { type Generator, type Tensor, torch } from '../torch';
import { IGNORED } from './episode';

/** Rows `[T, b]` of every task by their number: `[T, n, …]` gives `[T, b, …]`. */
export function selectRows(x: Tensor, rows: Tensor): Tensor {
  const [tasks = 1, count = 1] = x.shape;
  const starts = torch.arange(0, tasks * count, count, { dtype: 'int64', device: x.device });
  const flat = rows.add(starts.unsqueeze(1)).flatten();
  return x.flatten(0, 1).indexSelect(0, flat).unflatten(0, rows.shape);
}

/**
 * Draws `size` rows of each task without putting back, `[T, b]`, at every call; undefined for all rows.
 * Rows that only fill up come last.
 *
 * @param labels `[T, n]`, or targets `[T, n, …]`
 * @throws ArgumentTypeError when drawing without a generator
 */
export function minibatches(
  labels: Tensor,
  size: number | undefined,
  generator: Generator | undefined,
): () => Tensor | undefined {
  const [, count = 0] = labels.shape;
  if (size === undefined || size >= count) return () => undefined;
  return () => {
    if (generator === undefined) {
      throw new ArgumentTypeError(
        'Expected a generator to draw minibatches but received undefined',
      );
    }
    const keys = torch.rand(labels.shape.slice(0, 2), { generator, device: labels.device });
    // Of regression targets `[T, n, D]` those that are NaN in all of D fill up.
    const filler = labels.ndim === 2 ? labels.eq(IGNORED) : labels.isnan().flatten(2).all(2);
    return keys.add(filler).argsort(1).narrow(1, 0, size);
  };
}

/**
 * The rows of every task in an order of its own, drawn by the generator.
 *
 * @param x `[T, n, …]`
 * @param labels `[T, n]`
 * @throws ArgumentTypeError without a generator
 */
export function shuffleRows(
  x: Tensor,
  labels: Tensor,
  generator: Generator | undefined,
): { x: Tensor; labels: Tensor } {
  if (generator === undefined) {
    throw new ArgumentTypeError('Expected a generator to shuffle rows but received undefined');
  }
  const order = torch.rand(labels.shape, { generator, device: labels.device }).argsort(1);
  return { x: selectRows(x, order), labels: selectRows(labels, order) };
}
