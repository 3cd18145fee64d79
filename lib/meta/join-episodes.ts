import { leaves, mapTree, type Tensor, type Tree, torch } from '../torch';
import type { Episodes } from './episode';

/** Batches of tasks as few larger ones: those whose shapes agree but for T become one. */
export function joinEpisodes<I extends Tree>(batches: readonly Episodes<I>[]): Episodes<I>[] {
  const groups = new Map<string, Episodes<I>[]>();
  for (const batch of batches) {
    const shapes = leaves(batch).map(({ shape, dtype }) => [dtype, ...shape.slice(1)].join());
    const key = [batch.ways, ...shapes].join(';');
    groups.set(key, [...(groups.get(key) ?? []), batch]);
  }
  return [...groups.values()].map(join);
}

function join<I extends Tree>(batches: Episodes<I>[]): Episodes<I> {
  const [first, ...others] = batches;
  if (first === undefined || others.length === 0) return first as Episodes<I>;
  const cat = <T extends Tree>(of: (batch: Episodes<I>) => T): T => {
    const rest: Tree[] = others.map(of);
    return mapTree((tensors) => torch.cat([...tensors]), of(first), ...rest);
  };
  return {
    ways: first.ways,
    support: cat(({ support }) => support),
    query: cat(({ query }) => query),
    ...(first.classes && { classes: cat(({ classes }) => classes as Tensor) }),
  };
}
