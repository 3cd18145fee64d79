import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUESTIONS, TAUGHT } from '../../lib/cli/try/questions';
import { FewShotClassifier } from '../../lib/serve';
import { temporaryFolder } from '../helpers/folders';

const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

function attempt(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [MAIN, 'try', ...args], { encoding: 'utf8' });
}

describe('metatorch try', () => {
  let out: string;
  let ran: SpawnSyncReturns<string>;
  let lines: string[];

  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'metatorch-try-'));
    ran = attempt('--out', out);
    lines = ran.stdout.split('\n');
  }, 240_000);

  afterAll(() => rmSync(out, { recursive: true }));

  /** The line below the first one that is `text`. */
  const below = (text: string): string | undefined => lines[lines.indexOf(`  ${text}`) + 1];

  test('succeeds, and prints at most 80 columns, without control characters', () => {
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    // The last line ends with a folder, which is as long as it is.
    expect(lines.slice(0, -2).filter((line) => line.length > 80)).toEqual([]);
    expect(ran.stdout).toMatch(/^[\x20-\x7e±\n]+$/);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  test('answers each question with an intent, its probability and an example', () => {
    const answers = QUESTIONS.slice(0, -1).map((question) => below(question));
    const found = answers.map((answer) => /^ {4}(\w+) +\d+ % {3}like: \S/.exec(answer ?? '')?.[1]);
    const expected = TAUGHT.slice(0, 5).concat(['transfer_cancel', 'exchange_rate']);
    const right = found.filter((label, i) => label === expected[i]);
    // Rounding may decide one of them another way on another processor.
    expect(right.length).toBeGreaterThanOrEqual(6);
  });

  test('says of the question that is out of scope that it is unknown, and why', () => {
    expect(below('How long do I have to boil an egg?')).toMatch(
      /^ {4}unknown +unlike every example$/,
    );
  });

  test('learns a label while it runs', () => {
    const at = lines.findIndex((line) => line.startsWith('    + savings_interest, 8 examples, in'));
    expect(lines[at - 1]).not.toContain('savings_interest');
    expect(lines[at + 1]).toMatch(/^ {4}savings_interest +\d+ % {3}like: /);
  });

  test.each(['nearest class mean', 'automatic choice'])('measures %s', (name) => {
    const figures = new RegExp(
      `^  ${name} +(\\d+\\.\\d) ± (\\d+\\.\\d) +(\\d+\\.\\d) ± \\d+\\.\\d +(\\d+\\.\\d) ± \\d+\\.\\d$`,
      'm',
    ).exec(ran.stdout);
    const [right, halfWidth, refused, found] = (figures ?? []).slice(1).map(Number);
    expect(right).toBeGreaterThan(40);
    expect(halfWidth).toBeLessThan(4);
    expect(refused).toBeLessThan(12);
    expect(found).toBeGreaterThan(40);
  });

  test('saves the classifier, which loads, and names the commands that come next', async () => {
    const folder = join(out, 'intents');
    expect(ran.stdout).toContain('npx metatorch demo\n');
    expect(ran.stdout).toContain(`npx metatorch serve ${folder}\n`);
    await using classifier = await FewShotClassifier.load(folder);
    expect(classifier.labels).toEqual([...TAUGHT, 'savings_interest']);
    expect(classifier.examples).toHaveLength(88);
  });
});

describe('metatorch try, stopped or misused', () => {
  const folder = temporaryFolder();

  /** Presses Ctrl-C once the output holds a text; resolves to how the process ended and what it printed. */
  async function interrupted(text: string) {
    const child = spawn(process.execPath, [MAIN, 'try', '--out', join(folder(), 'models')]);
    const printed = { stdout: '', stderr: '' };
    child.stderr.on('data', (chunk: Buffer) => {
      printed.stderr += chunk;
    });
    child.stdout.on('data', (chunk: Buffer) => {
      const before = printed.stdout;
      printed.stdout += chunk;
      if (!before.includes(text) && printed.stdout.includes(text)) child.kill('SIGINT');
    });
    const [status] = await once(child, 'close');
    return { status, ...printed };
  }

  test('Ctrl-C before there is a classifier leaves nothing behind', async () => {
    const { status, stdout, stderr } = await interrupted('Encoder:');
    expect({ status, stderr }).toEqual({ status: 130, stderr: '' });
    expect(stdout).not.toContain('Ready');
    expect(readdirSync(folder())).toEqual([]);
  });

  test('Ctrl-C later keeps the classifier', async () => {
    const { status, stdout, stderr } = await interrupted('Questions that');
    expect({ status, stderr }).toEqual({ status: 130, stderr: '' });
    const saved = join(folder(), 'models', 'intents');
    expect(stdout).toContain(`Stopped. Saved the classifier to ${saved}\n`);
    expect(stdout).not.toContain('right label');
    await using classifier = await FewShotClassifier.load(saved);
    expect(classifier.labels).toEqual(expect.arrayContaining([...TAUGHT]));
  });

  test('a folder that cannot be made is reported at once, without a stack', () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    const { status, stdout, stderr } = attempt('--out', file);
    expect(stderr).toMatch(
      /^Cannot make the folder .*file\/intents: a file where a folder should be.*\n$/,
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  test.each([
    [['--out='], 'Expected a folder.'],
    [['--shots', '3'], "unknown option '--shots'"],
  ])('%j is refused', (args, message) => {
    const { status, stdout, stderr } = attempt(...args);
    expect(stderr).toContain(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(readdirSync(folder())).toEqual([]);
  });
});
