// Ends threads and processes in the middle of native work, at moments from a seeded source. The right
// exit code, and nothing on standard error: an error that nobody catches leaves Node's report of that
// error and nothing else.
//
//     npm run soak:workers -- [--count runs] [--seed seed] [--only ending] [--json]
import { parseArgs } from 'node:util';
import { numbers } from '../helpers/numbers';
import { deviations, ENDINGS, runChild } from './support/endings';

const AT_ONCE = 2;
const TERMINATIONS_PER_RUN = 10;
const TERMINATIONS_PER_PROCESS = 25;
const KILL_WITHIN_MS = 60;

type Row = { case: string; runs: number; deviations: number; seconds: number };
type Task = { args: (string | number)[]; kill: number | undefined };

/** The processes to run for an ending: `count` of them, or ten terminations for each. */
function tasks(ending: string, count: number, next: (limit: number) => number): Task[] {
  if (ending !== 'terminate') {
    return Array.from({ length: count }, () => ({
      args: [ending, next(2 ** 30)],
      kill: ending === 'sigterm' ? next(KILL_WITHIN_MS) : undefined,
    }));
  }
  const all: Task[] = [];
  for (let left = count * TERMINATIONS_PER_RUN; left > 0; left -= TERMINATIONS_PER_PROCESS) {
    const some = Math.min(left, TERMINATIONS_PER_PROCESS);
    all.push({ args: [ending, next(2 ** 30), some], kill: undefined });
  }
  return all;
}

/** Runs the tasks, a few at once, and gives how many did not end as they should. */
async function runAll(ending: string, waiting: Task[]): Promise<number> {
  let broken = 0;
  const lane = async (): Promise<void> => {
    for (let task = waiting.pop(); task !== undefined; task = waiting.pop()) {
      const found = deviations(ending, await runChild(task.args, task.kill));
      if (found.length === 0) continue;
      broken++;
      console.error(`soak-child.js ${task.args.join(' ')}:\n${found.join('\n')}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return broken;
}

async function soak(ending: string, count: number, seed: number): Promise<Row> {
  const start = performance.now();
  const broken = await runAll(ending, tasks(ending, count, numbers(seed)));
  const seconds = (performance.now() - start) / 1000;
  const runs = ending === 'terminate' ? count * TERMINATIONS_PER_RUN : count;
  console.log(
    `${ending.padEnd(9)} ${runs} runs, ${broken} not as expected, ${seconds.toFixed(0)} s`,
  );
  return { case: ending, runs, deviations: broken, seconds };
}

async function main(): Promise<void> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { count: string, seed: string, only: string, json: { type: 'boolean' } },
  });
  if (values.only !== undefined && ENDINGS[values.only] === undefined) {
    throw new Error(`Expected one of ${Object.keys(ENDINGS).join(', ')} for --only`);
  }
  const rows: Row[] = [];
  for (const ending of values.only === undefined ? Object.keys(ENDINGS) : [values.only]) {
    rows.push(await soak(ending, Number(values.count ?? 100), Number(values.seed ?? 1)));
  }
  if (values.json) console.log(JSON.stringify({ benchmark: 'soak-workers', rows }));
  if (rows.some((row) => row.deviations > 0)) process.exitCode = 1;
}

void main();
