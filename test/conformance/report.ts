import { TOLERANCES } from './compare';
import type { OperatorResult, Totals } from './outcomes';
import type { Summary } from './record';

const ROW_LIMIT = 160;
const REASON = 'its samples are left out';

/** The text of docs/operators.md. */
export function renderReport(
  summary: Summary,
  results: readonly OperatorResult[],
  totals: Totals,
): string {
  const covered = results.filter((result) => result.inDispatcher && result.samples > 0);
  const sections = [
    introduction(summary, totals),
    numbers(totals),
    failures(covered),
    leftOut(results),
    partly(covered),
    table(covered),
    outside(results),
  ];
  return `${sections.join('\n\n')}\n`;
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

function introduction(summary: Summary, totals: Totals): string {
  const day = new Date().toISOString().slice(0, 10);
  const tolerances = ['float32', 'float64'].map((dtype) => {
    const { rtol, atol } = TOLERANCES[dtype] ?? {};
    return `${dtype} rtol ${rtol?.toExponential()}, atol ${atol?.toExponential()}`;
  });
  return `# Operators compared with PyTorch

PyTorch tests its operators with samples from a database of its own (\`op_db\` in
\`torch.testing._internal\`). Here the same samples run through the public interface of metatorch, and
everything is compared with what Python's torch gives for them: the results, the gradients of the
results times fixed random weights with respect to every input, and the gradients of those gradients.
What PyTorch refuses to differentiate must be refused here too. Random operators run from the same seed and must give
the same numbers; of memory that is not initialized only shapes and dtypes are compared.

**${totals.passed} of ${totals.inDispatcher} entries that are operators of the dispatcher pass on all samples
(${percent(totals.passed, totals.inDispatcher)}).**

Written by \`METATORCH_PYTHON=… npm run conformance -- --export\` on ${day} with PyTorch ${summary.torch} and
Node.js ${process.version} on the CPU. It needs a Python with torch and numpy. \`npm run conformance -- add\`
replays some entries alone and writes nothing. A selection with its results, made by
\`python test/conformance/select_fixtures.py build/conformance test/conformance/fixtures\`, is committed, and
\`npm test\` replays it without Python.

- The samples are of float32 and float64; of operators that take neither, of int64, complex128 or bool.
- At most ${summary.limit} samples of each entry and dtype, evenly spread over all; samples with a tensor of more than
  16,384 elements are left out.
- Tolerances are those of \`torch.testing.assert_close\`: ${tolerances.join('; ')}. NaN equals NaN;
  integers and booleans must be the same, and so must dtype, layout and shape.
- Products of matrices are libtorch's, as in Python. metatorch's own kernel for float32 rounds otherwise, as
  exactly, but samples that magnify rounding tell: \`METATORCH_PRODUCTS=own\` compares with it.
- Each call takes the arguments by position or by name as PyTorch's sample does, and metatorch finds
  the overload by itself.
- A second gradient is counted where there is one: of a linear operator there is none, here and there.`;
}

/** The totals in words. */
export function rowsOf(totals: Totals): [string, number][] {
  return [
    ['entries of the database', totals.opInfos],
    ['written in Python, or of no operator of the dispatcher', totals.outside],
    ['operators without samples for the CPU', totals.withoutSamples],
    ['operators to compare', totals.inDispatcher],
    ['of them replayed', totals.replayed],
    ['of them passed on all samples', totals.passed],
    ['names in the dispatcher that the samples call', totals.names],
    ['samples', totals.samples],
    ['of them passed', totals.samplesPassed],
    ['gradients compared', totals.gradients],
    ['second gradients compared', totals.secondGradients],
  ];
}

function numbers(totals: Totals): string {
  const rows = rowsOf(totals);
  return [
    '| What | Number |',
    '| --- | ---: |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

const list = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .map(([text, count]) => (count > 0 ? `${text} (${count})` : text))
    .join('; ')
    .replaceAll('|', '\\|')
    .slice(0, ROW_LIMIT * 4);

function failures(covered: readonly OperatorResult[]): string {
  const failed = covered.filter((result) => result.failures.size > 0);
  const lines = failed.map(
    ({ op, passed, samples, failures }) => `| ${op} | ${passed}/${samples} | ${list(failures)} |`,
  );
  const head = ['| Entry | Passed | Cause (samples) |', '| --- | ---: | --- |'];
  return ['## Failures', '', ...(lines.length > 0 ? [...head, ...lines] : ['None.'])].join('\n');
}

function leftOut(results: readonly OperatorResult[]): string {
  const rows = results.filter((result) => result.inDispatcher && result.samples === 0);
  const lines = rows.map(({ op, skipped }) => `| ${op} | ${list(skipped)} |`);
  const note =
    'Those of which no sample could be replayed; they count as not passed if there are samples.';
  return ['## Left out', '', note, '', '| Entry | Why (samples) |', '| --- | --- |', ...lines].join(
    '\n',
  );
}

function partly(covered: readonly OperatorResult[]): string {
  const rows = covered.filter((result) => result.skipped.size > 0);
  const lines = rows.map(({ op, samples, skipped }) => `| ${op} | ${samples} | ${list(skipped)} |`);
  const head = ['| Entry | Samples replayed | Left out (samples) |', '| --- | ---: | --- |'];
  return ['## Samples left out', '', ...head, ...lines].join('\n');
}

function table(covered: readonly OperatorResult[]): string {
  const lines = covered.map(({ op, names, doors, samples, passed, gradients, secondGradients }) => {
    const cells = [op, names.join(', '), doors.join(', '), `${passed}/${samples}`];
    return `| ${[...cells, gradients, secondGradients].join(' | ')} |`;
  });
  return [
    '## Compared',
    '',
    'How it was called: as a `method` of Tensor, as a `function` of torch, or through `torch.ops.aten`.',
    '',
    '| Entry | In the dispatcher | Called as | Passed | Gradients | Second gradients |',
    '| --- | --- | --- | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}

function outside(results: readonly OperatorResult[]): string {
  const rows = results.filter((result) => !result.inDispatcher);
  const lines = rows.map(({ op, skipped }) => `| ${op} | ${list(skipped) || REASON} |`);
  return [
    '## Not in the dispatcher',
    '',
    'Functions of Python that no one operator stands for, and conversions that it spells as methods.',
    '',
    '| Entry | Why (samples) |',
    '| --- | --- |',
    ...lines,
  ].join('\n');
}
