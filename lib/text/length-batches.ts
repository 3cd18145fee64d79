/** Tokens of a batch at most, padding included: 16 MiB of vectors of 128 numbers. */
const TOKENS = 2 ** 15;
/** Rows of a batch at most, for learners that compare every text with every example. */
const ROWS = 2 ** 10;

/**
 * Indices of texts in batches of similar length, so that there is little padding and each batch is small,
 * whatever the longest text: no batch has more than 1,024 texts or, but for a single text,
 * 32,768 tokens once all are padded to its longest.
 *
 * @param lengths the tokens of each text
 */
export function lengthBatches(lengths: readonly number[]): number[][] {
  const order = [...lengths.keys()].sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0));
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const text of order) {
    // Lengths rise, so this text is the longest of the batch that it joins.
    const longest = Math.max(1, lengths[text] ?? 0);
    if (batch.length > 0 && (batch.length === ROWS || (batch.length + 1) * longest > TOKENS)) {
      batches.push(batch);
      batch = [];
    }
    batch.push(text);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
