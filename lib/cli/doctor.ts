import type { Command } from 'commander';
import { type Diagnosis, diagnose } from './diagnose';

/** Adds `metatorch doctor`. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('show what metatorch runs on, what is wrong and how to fix it')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) => {
      const diagnosis = diagnose();
      console.log(options.json === true ? JSON.stringify(diagnosis, null, 2) : report(diagnosis));
      if (diagnosis.problems.length > 0) process.exitCode = 1;
    });
}

/** The diagnosis as text for a person. */
export function report(diagnosis: Diagnosis): string {
  const { metatorch, node, platform } = diagnosis;
  return [
    row('metatorch', `${metatorch} on Node.js ${node}, ${platform}`),
    addonLine(diagnosis),
    libtorchLine(diagnosis),
    ...diagnosis.passedOver.map(({ source, reason }) => row('', `not ${source}: ${reason}`)),
    ...runtimeLines(diagnosis),
    row('encoder', diagnosis.encoder ?? 'missing'),
    '',
    ...problemLines(diagnosis),
  ].join('\n');
}

const WIDTH = 80;

/** A row; a remark on it has a line of its own where both have no room on one. */
function row(name: string, text: string, remark?: string): string {
  const line = `${name.padEnd(11)}${text}`;
  if (remark === undefined) return line;
  const together = `${line} (${remark})`;
  return together.length <= WIDTH ? together : `${line}\n${row('', remark)}`;
}

function addonLine({ addon, runtime }: Diagnosis): string {
  if (addon.path === undefined) return row('addon', 'missing');
  const facts = [`built for libtorch ${addon.builtFor ?? 'unknown'}`];
  if (runtime !== undefined)
    facts.push(`compiler ${runtime.compiler}`, `Node-API ${runtime.napiVersion}`);
  return row('addon', addon.path, facts.join(', '));
}

function libtorchLine({ libtorch, device }: Diagnosis): string {
  if (libtorch === undefined) return row('libtorch', `missing for ${device}`);
  const { version, flavour, root, source } = libtorch;
  return row('libtorch', `${version} ${flavour} at ${root}`, `from ${source}`);
}

function runtimeLines({ runtime }: Diagnosis): string[] {
  if (runtime === undefined) return [];
  const { devices, numThreads, numInteropThreads, waitPolicy } = runtime;
  return [
    row('devices', devices.join(', ')),
    row('threads', `${numThreads} in an operator, ${numInteropThreads} between operators`),
    row('waiting', `OpenMP's wait policy is ${waitPolicy}`),
  ];
}

function problemLines({ problems }: Diagnosis): string[] {
  if (problems.length === 0) return ['Nothing is wrong.'];
  return problems.flatMap(({ problem, cure }) => [`Wrong: ${problem}`, `  Fix: ${cure}`]);
}
