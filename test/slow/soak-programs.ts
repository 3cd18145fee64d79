import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PROGRAMS } from './support/programs';
import { watchMemory } from './support/watch-memory';

/**
 * Runs programs of the kind that users write, 2,000 steps each. Fails if the live tensors or their bytes
 * differ between two steps after the first fifth, or if a program leaves tensors behind.
 * `npm run soak:programs -- --steps 200 --only 'MAML on sines' --json`
 */
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '2000' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const steps = Number(values.steps);
  const names = Object.keys(PROGRAMS).filter((name) => (values.only ?? name) === name);
  if (!Number.isInteger(steps) || steps < 10) throw new RangeError('Expected at least 10 --steps');
  if (names.length === 0) throw new RangeError(`Expected one of ${Object.keys(PROGRAMS)}`);
  const rows = [];
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-soak-'));
  try {
    for (const name of names) {
      const program = PROGRAMS[name];
      if (program === undefined) continue;
      const seen = await watchMemory(program, steps, folder);
      rows.push({ case: name, steps, ...seen });
      const held = `${seen.tensors} tensors, ${seen.bytes} bytes at every step`;
      console.log(`${name.padEnd(44)} ${seen.problem ?? held}`);
      if (seen.problem !== undefined) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (values.json) console.log(JSON.stringify({ benchmark: 'soak-programs', rows }));
}

void main();
