// Trains every algorithm on the embedded data and prints one table. Each runs in a process of its
// own, so that its peak memory is its own. `npm run algorithms -- maml reptile` takes some of them,
// `--write` puts the table into docs/algorithms/README.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatAccuracy } from '../lib/train';
import { WAYS } from './algorithms/encoder';
import { ALGORITHMS, type Algorithm } from './algorithms/registry';
import { type Result, runOne } from './algorithms/run-one';

const PAGE = path.join(__dirname, '../docs/algorithms/README.md');
const TABLE = /(<!-- table -->\n).*(<!-- end of table -->)/s;
const CHANCE = 1 / WAYS;
/** How far above chance every trained algorithm must be with five shots. */
const MARGIN = 0.1;
const HEADER = [
  'Algorithm',
  '1-shot, %',
  '5-shot, %',
  'meta-steps',
  'ms per meta-step',
  'seconds in all',
  'peak memory, MiB',
  'parameters',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    one: { type: 'boolean', default: false },
    episodes: { type: 'string', default: '600' },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

function named(name: string): Algorithm {
  const algorithm = ALGORITHMS[name];
  if (algorithm !== undefined) return algorithm;
  throw new Error(`Expected one of ${Object.keys(ALGORITHMS).join(', ')} but received '${name}'`);
}

function runApart(name: string): Result {
  const script = path.join(__dirname, '../scripts/run-bench.js');
  const args = [script, 'algorithms', name, '--one', '--episodes', values.episodes];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${name} ended with exit code ${status}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Result;
}

function row(result: Result): string[] {
  return [
    result.title,
    formatAccuracy(result.oneShot),
    formatAccuracy(result.fiveShot),
    result.steps === 0 ? '–' : result.steps.toLocaleString('en'),
    result.steps === 0 ? '–' : result.stepMs.toFixed(0),
    result.seconds.toFixed(0),
    result.peakMiB.toFixed(0),
    result.parameters.toLocaleString('en'),
  ];
}

function print(cells: readonly string[]): void {
  console.log(
    cells
      .map((cell, i) => cell.padEnd(i === 0 ? 36 : 18))
      .join('')
      .trimEnd(),
  );
}

/** The trained algorithms that are not far enough above chance. */
function weak(results: readonly Result[]): string[] {
  return results
    .filter(({ steps, fiveShot }) => steps > 0 && !(fiveShot.mean >= CHANCE + MARGIN))
    .map(({ title, fiveShot }) => `${title}: ${formatAccuracy(fiveShot)} %`);
}

function write(rows: readonly string[][], footer: string): void {
  const lines = [HEADER, HEADER.map((_, i) => (i === 0 ? '---' : '---:')), ...rows];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(
    PAGE,
    page.replace(TABLE, (_, before, after) => `${before}${table}\n\n${footer}\n${after}`),
  );
}

async function main(): Promise<void> {
  const names = positionals.length > 0 ? positionals : Object.keys(ALGORITHMS);
  for (const name of names) named(name);
  if (values.one) {
    console.log(JSON.stringify(await runOne(named(names[0] ?? ''), Number(values.episodes))));
    return;
  }
  console.log(
    `5-way accuracy on unseen classes of WordNet, ${values.episodes} episodes; chance 20 %\n`,
  );
  print(HEADER);
  const began = performance.now();
  const results = names.map((name) => {
    const result = runApart(name);
    print(row(result));
    return result;
  });
  const minutes = ((performance.now() - began) / 60_000).toFixed(0);
  const footer = `${results.length} algorithms in ${minutes} minutes, ${values.episodes} episodes each of 1 and 5 shots.`;
  console.log(`\n${footer}`);
  if (values.write) write(results.map(row), footer);
  if (values.json) console.log(JSON.stringify({ benchmark: 'algorithms', rows: results }));
  const failed = weak(results);
  if (failed.length === 0) return;
  const least = (100 * (CHANCE + MARGIN)).toFixed(0);
  console.error(`Below ${least} % with 5 shots:\n${failed.join('\n')}`);
  process.exitCode = 1;
}

void main();
