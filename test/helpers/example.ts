/** What `main` of an example returns and prints, after less than 20 seconds of a processor's time. */
export async function runExample<T>(
  main: (print: (line: string) => void) => Promise<T>,
): Promise<{ result: T; output: string }> {
  const lines: string[] = [];
  const start = process.cpuUsage();
  const result = await main((line) => lines.push(line));
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6).toBeLessThan(20);
  return { result, output: lines.join('\n') };
}

/** How long a test of an example may take on a machine that is busy with other work. */
export const EXAMPLE_TIMEOUT = 300_000;
