// Kills a process that pushes a stream into a monitor, at random moments, with SIGKILL. However often that happens, no
// item may be lost or counted twice: in the end everything must be as if nothing had happened.
//
//     npm run soak:monitor -- [--count kills] [--seed seed] [--json]
import { parseArgs } from 'node:util';
import { numbers } from '../helpers/numbers';
import { killedMonitor } from './support/killed-monitor';

async function main(): Promise<void> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { count: string, seed: string, json: { type: 'boolean' } },
  });
  const count = Number(values.count ?? 100);
  const found = await killedMonitor(count, numbers(Number(values.seed ?? 1)), 10 * count);
  const what = found.same ? 'nothing lost or doubled' : 'not as if nothing had happened';
  console.log(`${count} kills, ${found.items} items, ${found.resent} batches again: ${what}`);
  if (values.json) console.log(JSON.stringify({ benchmark: 'soak-monitor', rows: [found] }));
  if (!found.same) process.exitCode = 1;
}

void main();
