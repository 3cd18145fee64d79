/** Tokens of a batch at most, padding included: 16 MiB of vectors of 128 numbers. */
const TOKENS = 2 ** 15;
/** Rows of a batch at most, for learners that compare every text with every example. */
const ROWS = 2 ** 10;

/** The most that a batch holds. */
export type BatchLimits = {
  /** Default: 1,024. */
  rows?: number;
  /** Tokens once all texts are padded to the longest; a single text may have more. Default: 32,768. */
  tokens?: number;
};

/**
 * Indices of texts in batches of similar length, so that there is little padding and each batch is small,
 * whatever the longest text.
 *
 * @param lengths the tokens of each text
 */
export function lengthBatches(
  lengths: readonly number[],
  { rows = ROWS, tokens = TOKENS }: BatchLimits = {},
): number[][] {
  const order = [...lengths.keys()].sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0));
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const text of order) {
    // Lengths rise, so this text is the longest of the batch that it joins.
    const longest = Math.max(1, lengths[text] ?? 0);
    if (batch.length > 0 && (batch.length === rows || (batch.length + 1) * longest > tokens)) {
      batches.push(batch);
      batch = [];
    }
    batch.push(text);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
