// Replays PyTorch's own operator samples and writes docs/operators.md. The exporter's files are made
// first where they are missing or with --export, by the Python that METATORCH_PYTHON names. With names
// of entries, only those are replayed and nothing is written.
import './same-kernels';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors } from '../../lib/torch';
import { inTotal, type OperatorResult, summarize, type Totals } from './outcomes';
import type { CallRecord, Summary } from './record';
import { type Outcome, replay } from './replay';
import { renderReport, rowsOf } from './report';

const ROOT = join(__dirname, '..', '..');
const FOLDER = join(ROOT, 'build', 'conformance');
const REPORT = join(ROOT, 'docs', 'operators.md');
/** The share of the operators that must pass on all samples; below it the run fails. */
const LEAST_PASSED = 0.95;

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

function printResults(results: readonly OperatorResult[], totals: Totals): void {
  for (const { op, failures } of results) {
    for (const [cause, count] of failures) console.log(`${op}: ${cause} (${count} samples)`);
  }
  for (const [what, number] of rowsOf(totals)) console.log(`${String(number).padStart(7)} ${what}`);
}

function main(): void {
  const args = process.argv.slice(2);
  const only = args.filter((argument) => !argument.startsWith('--'));
  if (args.includes('--export') || !existsSync(join(FOLDER, 'summary.json'))) exportSamples();
  const summary = JSON.parse(readFileSync(join(FOLDER, 'summary.json'), 'utf8')) as Summary;
  const operators = summary.operators.filter(({ op }) => only.length === 0 || only.includes(op));
  const results = summarize({ ...summary, operators }, replayAll(only));
  const totals = inTotal(results);
  printResults(results, totals);
  if (only.length === 0) writeFileSync(REPORT, renderReport(summary, results, totals));
  if (args.includes('--json')) console.log(JSON.stringify({ benchmark: 'conformance', totals }));
  if (totals.passed < LEAST_PASSED * totals.inDispatcher) process.exitCode = 1;
}

main();
