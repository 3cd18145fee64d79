// Streams a CSV file of a gigabyte and watches resident memory, which must stay within 200 MiB of its start.
//
//     npm run soak:csv -- [--mib size] [--json]
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readRows } from '../../lib/text/datasets/readers/read-rows';

const MEBI = 2 ** 20;
const BOUND_MIB = 200;
const ROWS_AT_ONCE = 10_000;

const { values } = parseArgs({
  options: { mib: { type: 'string', default: '1024' }, json: { type: 'boolean', default: false } },
});

function writeTable(path: string, bytes: number): number {
  const file = openSync(path, 'w');
  let written = writeSync(file, 'text,label\n');
  let rows = 0;
  while (written < bytes) {
    let part = '';
    for (let i = 0; i < ROWS_AT_ONCE; i++, rows++) {
      part += `"What, number ${rows}, can I do if my card ""still"" has not arrived?",class ${rows % 77}\n`;
    }
    written += writeSync(file, part);
  }
  closeSync(file);
  return rows;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-large-'));
  try {
    const path = join(folder, 'large.csv');
    const expected = writeTable(path, Number(values.mib) * MEBI);
    const before = process.memoryUsage.rss();
    const start = process.cpuUsage();
    let [rows, peak] = [0, before];
    for await (const { text } of readRows(path)) {
      if (!text.startsWith(`What, number ${rows},`)) throw new Error(`row ${rows} is ${text}`);
      if (++rows % ROWS_AT_ONCE === 0) peak = Math.max(peak, process.memoryUsage.rss());
    }
    if (rows !== expected) throw new Error(`expected ${expected} rows but read ${rows}`);
    const { user, system } = process.cpuUsage(start);
    const grown = (peak - before) / MEBI;
    const outcome = {
      rows,
      cpuSeconds: (user + system) / 1e6,
      grownMiB: grown,
      boundMiB: BOUND_MIB,
    };
    console.log(values.json ? JSON.stringify(outcome) : outcome);
    if (grown > BOUND_MIB) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
