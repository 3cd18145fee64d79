/** One comparison: our figure and a peer's, in the same unit and from the same run. */
export type Row = { case: string; ours: number; peer: string; theirs: number };

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** A table for people, and with `--json` one JSON object as the last line. */
export function printTable(benchmark: string, rows: readonly Row[], unit: string): void {
  const lines = [
    ['case', `ours (${unit})`, 'peer', `theirs (${unit})`, 'ratio'],
    ...rows.map((row) => [
      row.case,
      row.ours.toFixed(1),
      row.peer,
      row.theirs.toFixed(1),
      (row.ours / row.theirs).toFixed(2),
    ]),
  ];
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  for (const line of lines) {
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths?.[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
  if (!process.argv.includes('--json')) return;
  const withRatio = rows.map((row) => ({ ...row, ratio: row.ours / row.theirs }));
  console.log(JSON.stringify({ benchmark, rows: withRatio }));
}
