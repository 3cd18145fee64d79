import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { registerReport } from '../../lib/cli/report';
import { type Protocol, type Report, writePredictions } from '../../lib/train';
import { temporaryFolder } from '../helpers/folders';
import { fixture } from '../train/metrics/scored';
import { hostileQueries } from '../train/report/hostile';

const folder = temporaryFolder();
const at = (name: string): string => join(folder(), name);
const protocol: Protocol = { dataset: 'banking77', model: 'MAML', ways: 4, shots: 1, seed: 1 };

beforeEach(() => {
  const [first, second] = [fixture.first.queries, fixture.second.queries];
  writePredictions(at('a.jsonl'), { protocol, queries: first });
  writePredictions(at('b.jsonl.gz'), {
    protocol: { ...protocol, model: 'ANIL' },
    queries: second,
  });
});
afterEach(() => jest.restoreAllMocks());

/** What the command prints to standard output and error. */
async function run(...words: string[]): Promise<{ out: string; error: string }> {
  const printed = { out: '', error: '' };
  jest.spyOn(console, 'log').mockImplementation((line: string) => {
    printed.out += `${line}\n`;
  });
  jest.spyOn(console, 'error').mockImplementation((line: string) => {
    printed.error += `${line}\n`;
  });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerReport(program);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  await program.parseAsync(['report', '--resamples', '20', ...words], { from: 'user' });
  return printed;
}

test('prints the figures in 80 columns, also of hostile labels', async () => {
  const { out } = await run(at('a.jsonl'));
  expect(out).toMatch(/^MAML on banking77\n4-way 1-shot; 48 queries in 6 episodes\n\n {2}Figure/);
  expect(out).toMatch(/\n {2}Accuracy, % +\d+\.\d ± \d+\.\d\n/);
  writePredictions(at('hostile.jsonl'), { protocol, queries: hostileQueries() });
  const hostile = await run(at('hostile.jsonl'));
  for (const line of `${out}${hostile.out}`.split('\n'))
    expect(line.length).toBeLessThanOrEqual(80);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach a terminal
  expect(hostile.out).not.toMatch(/[\u0000-\u0009\u001b\u202e]/);
});

test('every figure of the JSON follows from the lines of the file alone', async () => {
  const { out } = await run(at('a.jsonl'), '--json');
  const made: Report = JSON.parse(out);
  // Written anew, from the file, without anything of the library.
  const rows: {
    episode: number;
    label: string | null;
    predicted: string;
    probabilities: Record<string, number>;
    ms: number;
  }[] = readFileSync(at('a.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line));
  const known = rows.filter(({ label }) => label !== null);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const byEpisode = [...new Set(known.map(({ episode }) => episode))].map((episode) =>
    mean(
      known
        .filter((row) => row.episode === episode)
        .map(({ label, predicted }) => Number(label === predicted)),
    ),
  );
  const accuracy = mean(byEpisode);
  const variance =
    byEpisode.reduce((sum, value) => sum + (value - accuracy) ** 2, 0) / (byEpisode.length - 1);
  const half = 1.96 * Math.sqrt(variance / byEpisode.length);
  expect(made.accuracy?.value).toBeCloseTo(accuracy, 12);
  expect(made.accuracy?.low).toBeCloseTo(accuracy - half, 12);
  const f1s = made.classes.map(({ label }) => {
    const hits = known.filter((row) => row.label === label && row.predicted === label).length;
    const asked = known.filter((row) => row.label === label).length;
    const answered = known.filter((row) => row.predicted === label).length;
    return (2 * hits) / (asked + answered);
  });
  expect(made.macroF1?.value).toBeCloseTo(mean(f1s), 12);
  const strange = rows.filter(({ label }) => label === null);
  const score = (row: (typeof rows)[number]) => Math.max(...Object.values(row.probabilities));
  const pairs = known.flatMap((a) =>
    strange.map((b) => (score(a) > score(b) ? 1 : score(a) === score(b) ? 0.5 : 0)),
  );
  expect(made.outOfScope?.auroc?.value).toBeCloseTo(mean(pairs), 12);
  const losses = known.map((row) => -Math.log(row.probabilities[row.label ?? ''] ?? 0));
  expect(made.calibration.logLoss?.value).toBeCloseTo(mean(losses), 12);
  let error = 0;
  for (let bin = 0; bin < 15; bin++) {
    const own = known.filter((row) => Math.min(14, Math.floor(15 * score(row))) === bin);
    const gap = own.map((row) => Number(row.label === row.predicted) - score(row));
    error += Math.abs(gap.reduce((a, b) => a + b, 0)) / known.length;
  }
  expect(made.calibration.ece?.value).toBeCloseTo(error, 12);
  for (const { label, predicted, queries } of made.confusions) {
    const same = rows.filter((row) => row.label === label && row.predicted === predicted);
    expect(queries).toBe(same.length);
  }
  expect(made.latency?.mean?.value).toBeCloseTo(mean(rows.map(({ ms }) => ms)), 12);
  const order = known.toSorted((a, b) => score(b) - score(a));
  const risks = order.map((_, i) =>
    mean(order.slice(0, i + 1).map((row) => Number(row.label !== row.predicted))),
  );
  expect(made.selective.aurc?.value).toBeCloseTo(mean(risks), 12);
});

test('writes JSON, Markdown, HTML and a card into a folder, and says where', async () => {
  writeFileSync(at('about.yaml'), 'name: Cards\nlicence: MIT\nlimits:\n  - English alone.\n');
  const out = at('new/folder');
  const { out: printed } = await run(
    at('a.jsonl'),
    ...['--out', out, '--html', '--card', '--about', at('about.yaml')],
  );
  const names = ['model-card.json', 'model-card.md', 'report.html', 'report.json', 'report.md'];
  expect(readdirSync(out).sort()).toEqual(names);
  for (const name of names) expect(printed).toContain(join(out, name));
  expect(readFileSync(join(out, 'model-card.md'), 'utf8')).toMatch(
    /^# Cards\n[\s\S]*English alone/,
  );
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<svg/);
  const json = await run(at('a.jsonl'), '--out', out, '--json');
  expect(JSON.parse(json.out)).toEqual(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
  expect(json.error).toContain('report.md');
});

test('breaks the long names of two models, and cuts nothing off', async () => {
  const [one, two] = ['first', 'second'].map(
    (name) => `a learner with a long name, frozen, ${name}`,
  );
  for (const [file, model = ''] of [
    ['long-a.jsonl', one],
    ['long-b.jsonl', two],
  ] as const) {
    writePredictions(at(file), {
      protocol: { ...protocol, model },
      queries: fixture.first.queries,
    });
  }
  const { out } = await run(at('long-a.jsonl'), '--compare', at('long-b.jsonl'));
  expect(out.split('\n').slice(0, 3).join(' ')).toContain(`${two} against ${one} on`);
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('compares two models, run by run', async () => {
  const { out } = await run(at('a.jsonl'), '--compare', at('b.jsonl.gz'));
  expect(out).toMatch(/^ANIL against MAML on banking77/);
  expect(out).toMatch(
    /Accuracy, % +[+-]?\d+\.\d ± \d+\.\d\n[\s\S]*McNemar's exact test: p = 0\.2188\n/,
  );
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  const folds = await run(
    at('a.jsonl'),
    at('a.jsonl'),
    '--compare',
    at('b.jsonl.gz'),
    at('b.jsonl.gz'),
    '--json',
  );
  expect(JSON.parse(folds.out)).toMatchObject({
    queries: 96,
    overRuns: { value: expect.any(Number) },
  });
});

test.each<[string[], RegExp]>([
  [['none.jsonl'], /Cannot read .*none\.jsonl: .*ENOENT/],
  [['damaged.jsonl'], /damaged\.jsonl, line \d+: expected JSON/],
  [['a.jsonl', 'b.jsonl.gz'], /the same model in all runs .*two models are compared/],
  [['a.jsonl', '--html'], /--html writes a file: say where with --out <folder>/],
  [['a.jsonl', '--card'], /--card writes a file/],
  [['a.jsonl', '--about', 'x.yaml'], /add --card/],
  [['a.jsonl', '--compare', 'b.jsonl.gz', '--card', '--out', 'o'], /leave --compare out/],
  [['a.jsonl', '--compare', 'a.jsonl', 'a.jsonl'], /as many runs of both models .* 1 and 2/],
  [['a.jsonl', '--card', '--out', 'o', '--about', 'damaged.jsonl'], /damaged\.jsonl: expected/],
  [['a.jsonl', '--card', '--out', 'o', '--about', 'wrong.yaml'], /but received license/],
  [['a.jsonl', '--out', 'a.jsonl/o'], /Cannot make the folder .*a\.jsonl/],
])('%j is refused in one line, and writes nothing', async (words, message) => {
  writeFileSync(at('damaged.jsonl'), `${readFileSync(at('a.jsonl'), 'utf8').slice(0, 400)}\n: {`);
  writeFileSync(at('wrong.yaml'), 'license: MIT\n');
  const isFile = /^(?:o|.*\.(?:jsonl|gz|yaml)|a\.jsonl\/o)$/;
  const paths = words.map((word) => (isFile.test(word) ? at(word) : word));
  await expect(run(...paths)).rejects.toMatchObject({
    name: expect.stringMatching(/TorchError|DataFileError/),
    message: expect.stringMatching(message),
  });
  expect(existsSync(at('o'))).toBe(false);
});

test('a wrong option ends with what commander says', async () => {
  mkdirSync(at('x'));
  await expect(run(at('a.jsonl'), '--resamples', 'many')).rejects.toThrow(
    'Expected an integer of at least 1',
  );
  await expect(run()).rejects.toThrow("missing required argument 'predictions'");
});

test('reads predictions from standard input, once', async () => {
  const input = (bytes: Buffer) =>
    jest.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([bytes]) as never);
  input(readFileSync(at('a.jsonl')));
  const made: Report = JSON.parse((await run('-', '--json')).out);
  const own: Report = JSON.parse((await run(at('a.jsonl'), '--json')).out);
  expect(made.accuracy).toEqual(own.accuracy);
  input(readFileSync(at('a.jsonl')).subarray(0, -20));
  await expect(run('-')).rejects.toThrow(/standard input, line \d+: expected/);
  await expect(run('-', '--compare', '-')).rejects.toThrow('Expected standard input, -, once');
});
