// Replays PyTorch's own operator samples and writes docs/operators.md. The exporter's files are made
// first where they are missing or with --export, by the Python that METATORCH_PYTHON names.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors } from '../../lib/torch';
import { inTotal, type OperatorResult, summarize } from './outcomes';
import type { CallRecord, Summary } from './record';
import { type Outcome, replay } from './replay';
import { renderReport } from './report';

const ROOT = join(__dirname, '..', '..');
const FOLDER = join(ROOT, 'build', 'conformance');
const REPORT = join(ROOT, 'docs', 'operators.md');

function exportSamples(): void {
  const python = process.env.METATORCH_PYTHON ?? 'python3';
  const script = join(__dirname, 'export.py');
  const run = spawnSync(python, [script, FOLDER], { stdio: 'inherit' });
  if (run.status !== 0) throw new Error(`${python} ${script} failed; it needs torch and numpy`);
}

/** The outcomes of all samples, one file of tensors open at a time. */
function replayAll(only: readonly string[]): { record: CallRecord; outcome: Outcome }[] {
  const lines = readFileSync(join(FOLDER, 'calls.jsonl'), 'utf8').trimEnd().split('\n');
  const byFile = new Map<string, CallRecord[]>();
  for (const line of lines) {
    const record = JSON.parse(line) as CallRecord;
    const others = byFile.get(record.file);
    if (others === undefined) byFile.set(record.file, [record]);
    else others.push(record);
  }
  return [...byFile].flatMap(([file, records]) => {
    const wanted = records.filter(({ op }) => only.length === 0 || only.includes(op));
    if (wanted.length === 0) return [];
    const source = openSafetensors(join(FOLDER, file));
    try {
      return wanted.map((record) => ({ record, outcome: replay(record, source) }));
    } finally {
      source.close();
    }
  });
}

function printFailures(results: readonly OperatorResult[]): void {
  for (const { op, failures } of results) {
    for (const [cause, count] of failures) console.log(`${op}: ${cause} (${count} samples)`);
  }
}

function main(): void {
  const args = process.argv.slice(2);
  const only = args.filter((argument) => !argument.startsWith('--'));
  if (args.includes('--export') || !existsSync(join(FOLDER, 'summary.json'))) exportSamples();
  const summary = JSON.parse(readFileSync(join(FOLDER, 'summary.json'), 'utf8')) as Summary;
  const results = summarize(summary, replayAll(only));
  printFailures(results);
  if (only.length > 0) return;
  const totals = inTotal(results);
  console.log(JSON.stringify(totals));
  writeFileSync(REPORT, renderReport(summary, results, totals));
}

main();
