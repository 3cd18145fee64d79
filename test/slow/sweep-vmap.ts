// vmap of every operator and of its gradients, against a loop over samples. With names of operators
// only those are swept; with --all the samples that `npm run conformance` exports take the place of
// the selection that is kept with the tests.
import '../conformance/same-kernels';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors } from '../../lib/torch';
import type { CallRecord } from '../conformance/record';
import { sweep, type Verdict } from './support/vmap-sweep';

const ROOT = join(__dirname, '..', '..');

function verdictsOf(folder: string, only: readonly string[]): Verdict[] {
  const lines = readFileSync(join(folder, 'calls.jsonl'), 'utf8').trimEnd().split('\n');
  const records = lines
    .map((line) => JSON.parse(line) as CallRecord)
    .filter(({ op }) => only.length === 0 || only.includes(op));
  const files = [...new Set(records.map(({ file }) => file))];
  return files.flatMap((file) => {
    const source = openSafetensors(join(folder, file));
    try {
      return records.flatMap((record) => (record.file === file ? sweep(record, source) : []));
    } finally {
      source.close();
    }
  });
}

function main(): void {
  const args = process.argv.slice(2);
  const folder = args.includes('--all')
    ? join(ROOT, 'build', 'conformance')
    : join(ROOT, 'test', 'conformance', 'fixtures');
  const verdicts = verdictsOf(
    folder,
    args.filter((argument) => !argument.startsWith('--')),
  );
  for (const { op, variant, outcome, cause } of verdicts) {
    if (outcome !== 'agrees') console.log(`${op} (${variant}): ${outcome}: ${cause}`);
  }
  const operators = new Set(verdicts.map(({ op }) => op)).size;
  const count = (outcome: Verdict['outcome']): number =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const totals = {
    operators,
    comparisons: verdicts.length,
    agree: count('agrees'),
    refused: count('refused'),
    otherErrors: count('other error'),
    differ: count('differs'),
  };
  for (const [what, number] of Object.entries(totals)) console.log(`${number} ${what}`);
  if (args.includes('--json')) console.log(JSON.stringify({ benchmark: 'sweep-vmap', totals }));
  if (totals.differ > 0) process.exitCode = 1;
}

main();
