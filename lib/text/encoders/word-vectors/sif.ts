import { type Tensor, torch } from '../../../torch';

/** What the ranks of words are raised by in Zipf's law, after Mandelbrot. */
const RANK_SHIFT = 2.7;

/**
 * a / (a + p(w)) for each word, `[1 + words]`, that of no word being 1. p(w) is the word's share of all
 * counts, or without counts what Zipf's law gives for its rank in the list.
 */
export function sifWeights(
  words: readonly string[],
  a: number,
  counts: ReadonlyMap<string, number> | undefined,
): Float32Array {
  const frequencies = words.map((word, rank) =>
    counts === undefined ? 1 / (rank + RANK_SHIFT) : (counts.get(word) ?? 0),
  );
  const sum = frequencies.reduce((total, frequency) => total + frequency, 0);
  return Float32Array.from([1, ...frequencies.map((each) => a / (a + each / (sum || 1)))]);
}

/** The direction `[D]` in which vectors `[m, D]` reach farthest from 0. */
export function firstComponent(vectors: Tensor): Tensor {
  return torch.scope(() => {
    const [, directions] = torch.linalg.eigh(vectors.mT.matmul(vectors));
    return directions.select(1, -1).clone();
  });
}
