// What `import 'metatorch'` alone costs a program: wall time and peak memory of a process, beyond those of one that
// imports nothing, beside other libraries of models. A fresh process each time, all in turn; medians.
//
//     npm run bench:import -- [--rounds 15] [--peers <folder>] [--install] [--package <folder>] [--json]
//
// The peers are what `<folder>/node_modules` has of them (METATORCH_ORT names one too); `--install` has npm put them
// into a temporary folder. `--package` names a folder with metatorch in its `node_modules`; without it, lib/ is
// compiled. Ends with status 1 beyond 150 ms or 60 MB.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { npm } from '../scripts/release/npm';
import { buildTypeScript } from '../scripts/support/typescript';
import { median, printTable } from './support/report';

const ROOT = path.join(__dirname, '..');
const PEERS = { '@huggingface/transformers': '4.3.2', 'onnxruntime-node': '1.30.0' };
const MOST_MS = 150;
const MOST_MB = 60;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    peers: { type: 'string', default: process.env.METATORCH_ORT ?? '' },
    install: { type: 'boolean', default: false },
    package: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

/** A package, and the folder that it is looked for from; without a name nothing is imported. */
type Subject = { readonly name: string; readonly from: string };
type Costs = { readonly ms: number; readonly megabytes: number };

/** The costs of one process that imports a package, or why there are none. */
function importOnce({ name, from }: Subject): Costs | string {
  const code = `${name === '' ? '' : `await import(${JSON.stringify(name)});`}
    console.log(JSON.stringify([performance.now(), process.resourceUsage().maxRSS]));
    process.exit();`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', code],
    { cwd: from, encoding: 'utf8' },
  );
  if (status !== 0) return stderr.match(/^\w*Error.*$/m)?.[0] ?? `status ${status}`;
  const [ms, kibibytes] = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  return { ms, megabytes: (kibibytes * 1024) / 1e6 };
}

/** The medians of those that can be imported, beyond what a process without an import takes. */
function compare(subjects: readonly Subject[], rounds: number): Map<string, Costs> {
  const nothing: Subject = { name: '', from: ROOT };
  const found = new Map<Subject, Costs[]>();
  for (const subject of [nothing, ...subjects]) {
    // The first import reads from disk.
    const costs = importOnce(subject);
    if (typeof costs !== 'string') found.set(subject, []);
    else console.log(`${subject.name} is not compared: ${costs}`);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [subject, all] of found) {
      const costs = importOnce(subject);
      if (typeof costs !== 'string') all.push(costs);
    }
  }
  const middle = (subject: Subject, key: keyof Costs) =>
    median((found.get(subject) ?? []).map((costs) => costs[key]));
  const own = { ms: middle(nothing, 'ms'), megabytes: middle(nothing, 'megabytes') };
  console.log(`node alone: ${own.ms.toFixed(0)} ms, ${own.megabytes.toFixed(0)} MB`);
  const measured = subjects.filter((subject) => found.has(subject));
  return new Map(
    measured.map((subject) => [
      subject.name,
      {
        ms: middle(subject, 'ms') - own.ms,
        megabytes: middle(subject, 'megabytes') - own.megabytes,
      },
    ]),
  );
}

/** The folder that has the peers; a temporary one is filled where they are to be installed. */
async function peersFolder(temporary: string): Promise<string> {
  if (!values.install) return path.resolve(values.peers);
  const packages = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
  console.log(`installing ${packages.join(', ')}`);
  const options = ['--prefix', temporary, '--ignore-scripts', '--no-audit', '--no-fund'];
  await npm(['install', ...options, ...packages], { cwd: temporary });
  return temporary;
}

async function main(): Promise<void> {
  if (values.package === undefined) await buildTypeScript();
  const temporary = mkdtempSync(path.join(tmpdir(), 'metatorch-import-'));
  try {
    const peers = await peersFolder(temporary);
    const there = Object.keys(PEERS).filter((name) =>
      existsSync(path.join(peers, 'node_modules', name)),
    );
    const ours = { name: 'metatorch', from: path.resolve(values.package ?? ROOT) };
    const others = there.map((name) => ({ name, from: peers }));
    const costs = compare([ours, ...others], Number(values.rounds));
    const own = costs.get('metatorch');
    if (own === undefined) throw new Error('metatorch cannot be imported');
    const rows = [...costs].flatMap(([peer, { ms, megabytes }]) => [
      { case: 'time, ms', ours: own.ms, peer, theirs: ms },
      { case: 'memory, MB', ours: own.megabytes, peer, theirs: megabytes },
    ]);
    const compared = rows.filter(({ peer }) => peer !== 'metatorch');
    printTable('import', compared.length > 0 ? compared : rows, 'beyond node');
    if (own.ms > MOST_MS || own.megabytes > MOST_MB) {
      console.error(
        `Expected at most ${MOST_MS} ms and ${MOST_MB} MB but received ${own.ms.toFixed(0)} ms and ${own.megabytes.toFixed(0)} MB`,
      );
      process.exitCode = 1;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

void main();
