import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLines } from '../../helpers/command-lines';
import { writeFiles } from '../../helpers/folders';

const MAIN = join(__dirname, '../../../dist/cli/main.js');
const ROWS = 'abcdef'
  .split('')
  .flatMap((label) => [1, 2, 3].map((i) => `the ${label} ${i},${label}\n`))
  .join('');
const RUN = `data: ../base/data.csv
splits: { train: 0.5, validation: 0.5, test: 0 }
learner: prototypical
encoder: { kind: mean, dimensions: 4 }
episodes: { ways: 2, shots: 1, queries: 1, tasks: 1 }
steps: 1
evaluation: { validation: 2, test: 2, shots: 1 }
`;
const FILES = {
  'data.csv': `text,label\n${ROWS}`,
  'cards.json': JSON.stringify({ card: ['my card', 'a card'], rain: ['the rain', 'wind'] }),
  'texts.txt': 'my card\n',
  'run.yaml': RUN,
  'test.yaml': RUN.replace('validation: 0.5, test: 0', 'validation: 0, test: 0.5'),
  'study.yaml': `${RUN}search:
  trials: 1
  study: kept.jsonl
  space:
    steps: { kind: integer, low: 1, high: 2 }
`,
};

let root = '';
const base = (name: string) => join(root, 'base', name);

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'metatorch-disks-')));
  writeFiles(join(root, 'base'), FILES);
  const cwd = join(root, 'base');
  const made = runCommandLines(
    [
      { args: ['train', 'test.yaml', '--out', 'model', '--quiet', '--predictions', 'true'], cwd },
      { args: ['adapt', 'model', 'cards.json', '--out', 'adapted'], cwd },
    ],
    root,
  );
  expect(made.map(({ status, err }) => ({ status, err }))).toEqual([
    { status: 0, err: '' },
    { status: 0, err: '' },
  ]);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** Mounts a disk of 256 KiB in the test's own folder; undefined where the system does not allow it. */
function mounted(name: string): string | undefined {
  const folder = join(root, name);
  mkdirSync(folder);
  return run('mount', '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder) ? folder : undefined;
}

/** Everything that writes, into a folder in which an older result stands. */
const WRITERS: readonly (readonly string[])[] = [
  ['adapt', '../base/model', '../base/cards.json', '--out', 'adapted', '--overwrite'],
  ['adapt', '../base/model', '../base/cards.json', '--out', 'other'],
  ['train', '../base/run.yaml', '--out', 'new', '--quiet'],
  ['train', '../base/run.yaml', '--out', 'adapted', '--overwrite', '--quiet'],
  ['report', '../base/model/predictions-1-shot.jsonl', '--out', 'report'],
  ['evaluate', '../base/model', '--data', '../base/data.csv', '--predictions', '.'],
  ['search', '../base/study.yaml', '--quiet'],
];

const contentOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();

/** Runs all writers on a disk that takes nothing, and then what reads the older result. */
function expectNothingLost(disk: string, reason: RegExp): void {
  const before = contentOf(disk);
  const commands = [...WRITERS, ['predict', 'adapted', '../base/texts.txt']];
  const results = runCommandLines(
    commands.map((args) => ({ args, cwd: disk })),
    root,
  );
  for (const [i, { status, out, err }] of results.slice(0, -1).entries()) {
    const command = WRITERS[i]?.join(' ');
    // The figures of a test are not lost with its files.
    const shown = WRITERS[i]?.[0] === 'evaluate' ? /^1-shot +\d+\.\d ± \d+\.\d %\n$/ : /^$/;
    expect({ command, status, out, err }).toEqual({
      command,
      status: 1,
      out: expect.stringMatching(shown),
      err,
    });
    expect(err).toMatch(reason);
    expect(err).not.toMatch(/^ +at /m);
  }
  expect(results.at(-1)).toMatchObject({ status: 0, out: expect.stringContaining('my card') });
  expect(contentOf(disk).filter((name) => !before.includes(name))).toEqual([]);
  expect(before.filter((name) => !contentOf(disk).includes(name))).toEqual([]);
}

test('a full disk takes nothing, says so, and keeps what stands there', () => {
  const disk = mounted('full');
  if (disk === undefined) return console.warn('no disk can be mounted here, so this is skipped');
  try {
    cpSync(base('adapted'), join(disk, 'adapted'), { recursive: true });
    const filler = Buffer.alloc(4096);
    for (let i = 0; ; i++) {
      try {
        writeFileSync(join(disk, `filler-${i}`), filler);
      } catch {
        rmSync(join(disk, `filler-${i}`));
        break;
      }
    }
    expectNothingLost(disk, /ENOSPC|no space left/);
  } finally {
    run('umount', disk);
  }
}, 60_000);

test('a disk that is read-only takes nothing, says so, and keeps what stands there', () => {
  const disk = mounted('fixed');
  if (disk === undefined) return console.warn('no disk can be mounted here, so this is skipped');
  try {
    cpSync(base('adapted'), join(disk, 'adapted'), { recursive: true });
    if (!run('mount', '-o', 'remount,ro', disk)) return console.warn('it stays writable: skipped');
    expectNothingLost(disk, /EROFS|read-only/);
  } finally {
    run('umount', disk);
  }
}, 60_000);

test('a file that grows beyond what the process may write leaves the older one', () => {
  const config = base('adapted/config.json');
  const before = readFileSync(config);
  const args = [
    'adapt',
    base('model'),
    base('cards.json'),
    '--out',
    base('adapted'),
    '--overwrite',
  ];
  const script = 'ulimit -f 0; exec "$0" "$@"';
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, MAIN, ...args], {
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/adapted.*EFBIG/);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(status).toBe(1);
  expect(readFileSync(config)).toEqual(before);
  expect(contentOf(base('adapted'))).toEqual(['config.json', 'model.safetensors']);
});
