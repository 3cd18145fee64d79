// Kills a process that changes a stored classifier, at random moments, with SIGKILL. Every change that it said
// was accepted must be there afterwards.
//
//     npm run soak:kill -- [--count kills] [--seed seed] [--json]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ClassifierStore, EncoderPool } from '../../dist/serve';
import { numbers } from '../helpers/numbers';

const CHILD = join(__dirname, 'support', 'store-child.js');
const LIFE_MS = 1500;
const COMPACT_AFTER = 20;

/** Lets a process change the store, kills it, and gives the texts that it said were accepted. */
function changesUntilKilled(folder: string, run: number, life: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, folder, String(run), String(COMPACT_AFTER)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const accepted: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'open') setTimeout(() => child.kill('SIGKILL'), life);
      else accepted.push(line);
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(accepted);
      else reject(new Error('Expected the process to be killed but it ended by itself'));
    });
  });
}

async function main(): Promise<void> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { count: string, seed: string, json: { type: 'boolean' } },
  });
  const count = Number(values.count ?? 100);
  const next = numbers(Number(values.seed ?? 1));
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-soak-'));
  const pool = await EncoderPool.open();
  const expected = new Set<string>();
  let lost = 0;
  try {
    for (let run = 0; run < count; run++) {
      for (const text of await changesUntilKilled(folder, run, next(LIFE_MS))) expected.add(text);
      const store = await ClassifierStore.open(folder, { pool });
      const found = new Set(store.get('cards')?.examples.map(({ text }) => text));
      lost = [...expected].filter((text) => !found.has(text)).length;
      await store.close();
      if (lost > 0) break;
    }
  } finally {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${count} kills, ${expected.size} changes accepted, ${lost} lost`);
  const rows = [{ case: 'kill', kills: count, accepted: expected.size, lost }];
  if (values.json) console.log(JSON.stringify({ benchmark: 'soak-kill', rows }));
  if (lost > 0 || expected.size === 0) process.exitCode = 1;
}

void main();
