import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { writeFiles } from './folders';

const DRIVER = join(__dirname, 'cli-driver.js');

/** A command line that cannot succeed, and what it says. */
export type Malformed = {
  /** What is wrong. */
  readonly name: string;
  readonly args: readonly string[];
  /** Files that are there, by their paths in the folder that the command runs in. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Makes what is no file. */
  readonly prepare?: (folder: string) => void;
  /** 2 for wrong usage; 1, unless given, for failures. */
  readonly status?: 1 | 2;
  /** What standard error says, in this order. */
  readonly says: readonly (string | RegExp)[];
};

export type Result = {
  readonly status: number | 'hang';
  readonly out: string;
  readonly err: string;
};

/** What people never should see: stacks, errors of the language, and libtorch's own words. */
const RAW = [
  /^ +at /m,
  /\b(?:Type|Range|Reference|Syntax)Error\b/,
  /\bis not (?:a function|iterable|defined)\b|Cannot (?:read|set) properties|Cannot destructure/,
  /c10::|at::|aten::|\.cpp\b|Exception raised from|INTERNAL ASSERT|\[object Object\]/,
];

/** Runs command lines in one process, each in its folder and with its standard input. */
export function runCommandLines(
  commands: readonly { args: readonly string[]; cwd: string; input?: string }[],
  folder: string,
): Result[] {
  const [cases, results] = [join(folder, 'cases.json'), join(folder, 'results.jsonl')];
  writeFileSync(cases, JSON.stringify({ commands, folder }));
  writeFileSync(results, '');
  const { status, stderr } = spawnSync(process.execPath, [DRIVER, cases, results], {
    encoding: 'utf8',
    env: { ...process.env, METATORCH_CACHE: join(folder, 'cache'), METATORCH_OFFLINE: '1' },
  });
  const lines = readFileSync(results, 'utf8').split('\n').filter(Boolean);
  rmSync(cases);
  rmSync(results);
  if (lines.length === 0 && commands.length > 0) {
    throw new Error(`Expected results of the driver but received status ${status}: ${stderr}`);
  }
  return commands.map((_, i): Result => {
    const line = lines[i];
    if (line !== undefined) return JSON.parse(line);
    return {
      status: 'hang',
      out: '',
      err: `not reached; the process ended with ${status}: ${stderr}`,
    };
  });
}

/**
 * Tests that each command line is refused as it should: with its status and its words, in lines for people, with
 * nothing on standard output, and with all files as they were.
 *
 * @param setUp command lines that make what the cases use in `../base`, and must succeed
 */
export function malformedInputs(cases: readonly Malformed[], setUp: SetUp = {}): void {
  const results = new Map<string, { result: Result; before: string[]; after: string[] }>();
  let root = '';
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'metatorch-malformed-')));
    makeBase(root, setUp);
    const commands = cases.map(({ args, files = {}, prepare }, i) => {
      const cwd = join(root, `case-${i}`);
      mkdirSync(cwd);
      writeFiles(cwd, files);
      prepare?.(cwd);
      return { args, cwd };
    });
    const before = commands.map(({ cwd }) => contentOf(cwd));
    runCommandLines(commands, root).forEach((result, i) => {
      const [one, command] = [cases[i], commands[i]];
      if (one === undefined || command === undefined) return;
      results.set(one.name, { result, before: before[i] ?? [], after: contentOf(command.cwd) });
    });
  }, 120_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('no two cases have one name', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  test.each(cases)('$name', ({ name, says, status = 1 }) => {
    const { result, before, after } = results.get(name) ?? { before: [], after: [] };
    const err = result?.err ?? '';
    expect({ status: result?.status, err, out: result?.out }).toEqual({ status, err, out: '' });
    let at = 0;
    for (const words of says) {
      const rest = err.slice(at);
      const found = typeof words === 'string' ? rest.indexOf(words) : rest.search(words);
      if (found < 0) expect(rest).toMatch(words);
      at += found;
    }
    for (const raw of RAW) expect(err).not.toMatch(raw);
    expect(err.length).toBeLessThan(1500);
    expect(after).toEqual(before);
  });
}

/** What cases have in common. */
export type SetUp = {
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly commands?: readonly (readonly string[])[];
};

function makeBase(root: string, { files = {}, commands = [] }: SetUp): void {
  const base = join(root, 'base');
  mkdirSync(base);
  writeFiles(base, files);
  const made = runCommandLines(
    commands.map((args) => ({ args, cwd: base })),
    root,
  );
  const failed = made.find(({ status }) => status !== 0);
  if (failed !== undefined) throw new Error(`Expected the base to be made: ${failed.err}`);
}

/** All files below a folder with digests of what they hold. */
function contentOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .toSorted()
    .map((path) => {
      const stats = lstatSync(path);
      const name = relative(folder, path);
      if (!stats.isFile()) return `${name} ${stats.mode}`;
      return `${name} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    });
}
