import type { Examples } from '../../lib/serve/heads/head';
import { type Tensor, torch } from '../../lib/torch';

/** Directions `[n, D]` of length 1 around one centre for each label, from a seed. */
export function clusters(options: {
  labels: number;
  shots: number;
  size?: number;
  noise?: number;
  seed?: number;
}): Examples & { centres: Tensor } {
  const { labels, shots, size = 8, noise = 0.3, seed = 1 } = options;
  const generator = torch.generator(seed);
  return torch.scope(() => {
    const centres = unit(torch.randn([labels, size], { generator }));
    const y = torch.arange(labels).repeatInterleave(shots);
    const x = centres
      .indexSelect(0, y)
      .add(torch.randn([labels * shots, size], { generator }).mul(noise));
    return { x: unit(x), y, labels, centres };
  });
}

export const unit = (x: Tensor): Tensor => x.div(x.norm(2, [-1], true));

/** The examples of another order, by a permutation of their rows. */
export function permuted({ x, y, labels }: Examples, order: readonly number[]): Examples {
  const rows = torch.tensor(BigInt64Array.from(order, BigInt));
  return { x: x.indexSelect(0, rows), y: y.indexSelect(0, rows), labels };
}
