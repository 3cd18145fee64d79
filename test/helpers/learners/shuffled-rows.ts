import type { Examples } from '../../../lib/meta';
import { type Generator, torch } from '../../../lib/torch';

/** The rows `[T, n, …]` of each task in an order of its own, inputs and labels alike. */
export function shuffledRows({ inputs, labels }: Examples, generator: Generator): Examples {
  const [tasks = 1, rows = 1] = labels.shape;
  const order = torch.rand([tasks, rows], { generator }).argsort();
  const within = order.view([tasks, rows, ...inputs.shape.slice(2).map(() => 1)]);
  return {
    inputs: inputs.gather(1, within.expand(inputs.shape)),
    labels: labels.gather(1, order),
  };
}
