import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { itemsOf, open } from './monitor-child';

const CHILD = join(__dirname, 'monitor-child.js');

/** Pushes batches from a number on in a process, kills it after a while, and gives the last batch it had accepted. */
function pushUntilKilled(folder: string, from: number, to: number, life: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, folder, String(from), String(to)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let last = from - 1;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'open') setTimeout(() => child.kill('SIGKILL'), life);
      else last = Number(line);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === null || code === 0) resolve(last);
      else reject(new Error(`Expected the process to be killed but it ended with ${code}`));
    });
  });
}

/**
 * Kills a process that pushes a stream, so many times; each successor begins again a few batches before the last that
 * was accepted, as one does that does not know. In the end all must be as if nothing had happened.
 */
export async function killedMonitor(
  kills: number,
  next: (most: number) => number,
  batches: number,
): Promise<{ kills: number; same: boolean; items: number; resent: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-soak-'));
  try {
    let [at, resent] = [0, 0];
    for (let kill = 0; kill < kills; kill++) {
      // The stream is as long as the kills need: each process gets its part of it.
      const most = Math.ceil((batches * (kill + 1)) / kills);
      const last = await pushUntilKilled(join(folder, 'killed'), at, most, next(150));
      const again = next(5);
      resent += Math.min(again, last + 1);
      at = Math.max(0, last + 1 - again);
    }
    await using killed = await open(join(folder, 'killed'));
    for (let batch = at; batch < batches; batch++) await killed.push(itemsOf(batch));
    await using whole = await open(join(folder, 'whole'));
    for (let batch = 0; batch < batches; batch++) await whole.push(itemsOf(batch));
    const [found, wanted] = [killed, whole].map((monitor) => {
      const { duplicates, late, ...rest } = monitor.summary();
      return rest;
    });
    const same = isDeepStrictEqual(found, wanted);
    return { kills, same, items: found?.items ?? 0, resent };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
