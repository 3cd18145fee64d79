import type { QueryTable } from './query-table';

/** How often one label was answered where another was true; null stands for out of scope. */
export type Confusion = {
  readonly label: string | null;
  readonly predicted: string | null;
  readonly queries: number;
};

/** The pairs of labels that occur, the most frequent first; those that are right are among them. */
export function confusions({ truth, answer, labels }: QueryTable): Confusion[] {
  const counts = new Map<number, number>();
  const width = labels.length + 1;
  for (const [place, own] of truth.entries()) {
    const key = (own + 1) * width + (answer[place] ?? 0) + 1;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || a - b)
    .map(([key, queries]) => ({
      label: labels[Math.floor(key / width) - 1] ?? null,
      predicted: labels[(key % width) - 1] ?? null,
      queries,
    }));
}
