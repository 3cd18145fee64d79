import type { RandomSource } from '../random-source';

/**
 * Draws without replacement as `RandomSource.sample` and `shuffle` do, with the same results, but of numbers
 * and without memory of its own for each draw: a permutation is kept, and put back in order after each.
 */
export class RowDrawer {
  #order = new Int32Array(0);
  #swapped = new Int32Array(0);

  /** `count` of the numbers from `start` to `start + size − 1`, written to `out` from `at` on. */
  draw(
    random: RandomSource,
    { start, size }: { readonly start: number; readonly size: number },
    count: number,
    out: Int32Array,
    at: number,
  ): void {
    this.#grow(size);
    const [order, swapped] = [this.#order, this.#swapped];
    for (let i = 0; i < count; i++) {
      const j = i + random.below(size - i);
      const drawn = order[j] ?? 0;
      order[j] = order[i] ?? 0;
      order[i] = drawn;
      swapped[i] = j;
      out[at + i] = start + drawn;
    }
    for (let i = count - 1; i >= 0; i--) {
      const j = swapped[i] ?? 0;
      const drawn = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = drawn;
    }
  }

  #grow(size: number): void {
    if (size <= this.#order.length) return;
    this.#order = Int32Array.from({ length: size }, (_, i) => i);
    this.#swapped = new Int32Array(size);
  }
}

/** Puts the rows of two lists of equal length in random order, the same for both (Fisher and Yates). */
export function shuffleTogether(random: RandomSource, rows: Int32Array, labels: Int32Array): void {
  for (let i = 0; i < rows.length; i++) {
    const j = i + random.below(rows.length - i);
    const [row, label] = [rows[i] ?? 0, labels[i] ?? 0];
    rows[i] = rows[j] ?? 0;
    labels[i] = labels[j] ?? 0;
    rows[j] = row;
    labels[j] = label;
  }
}
