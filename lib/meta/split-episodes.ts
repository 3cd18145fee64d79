import { mapTree, type Tensor, type Tree } from '../torch';
import { type Episodes, type Examples, taskCount } from './episode';

/** The episodes in parts of at most `size` tasks, in order. They share the memory of the whole. */
export function splitEpisodes<I extends Tree>(episodes: Episodes<I>, size: number): Episodes<I>[] {
  const tasks = taskCount(episodes.support);
  return Array.from({ length: Math.ceil(tasks / size) }, (_, part) => {
    const start = part * size;
    const own = (tensor: Tensor): Tensor => tensor.narrow(0, start, Math.min(size, tasks - start));
    const examples = ({ inputs, labels }: Examples<I>): Examples<I> => ({
      inputs: mapTree(([tensor]) => own(tensor), inputs),
      labels: own(labels),
    });
    return {
      ways: episodes.ways,
      support: examples(episodes.support),
      query: examples(episodes.query),
      ...(episodes.classes && { classes: own(episodes.classes) }),
    };
  });
}
