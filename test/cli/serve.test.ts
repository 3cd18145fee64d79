import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveModel } from '../../lib/train/runs/saved-model';
import { type Result, runCommandLines } from '../helpers/command-lines';
import { temporaryFolder } from '../helpers/folders';
import { trainedModel } from '../helpers/learners/trained-model';
import { CARDS, LOANS } from '../helpers/served';

const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');
const READ_ONLY = join(__dirname, '..', 'helpers', 'processes', 'read-only.js');
const folder = temporaryFolder();
const store = () => join(folder(), 'store');
const examples = () => join(folder(), 'cards.json');

let child: ChildProcess | undefined;
beforeEach(() => writeFileSync(examples(), JSON.stringify(CARDS)));
afterEach(() => child?.kill('SIGKILL'));

/** Runs `metatorch serve` to its end, or until it serves. */
async function serve(args: readonly string[], { env = {}, node = [] as string[] } = {}) {
  const started = spawn(process.execPath, [...node, MAIN, 'serve', ...args], {
    env: { ...process.env, ...env },
  });
  child = started;
  const output = { out: '', err: '' };
  started.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  const ended = once(started, 'close').then(([code, signal]) => ({ code, signal }));
  const serving = new Promise<string>((resolve) => {
    started.stderr.on('data', (chunk) => {
      output.err += chunk;
      const address = /^Serving .* at (http:\S+)$/m.exec(output.err)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  const address = await Promise.race([serving, ended.then(() => '')]);
  return { address, output, ended, signal: (name: NodeJS.Signals) => started.kill(name) };
}

const post = (url: string, body: object) =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', connection: 'close' },
  });

test('serves, learns, drains on SIGTERM, and has it all when it starts again', async () => {
  const args = [examples(), '--store', store(), '--port', '0', '--drain', '500'];
  const first = await serve(args);
  expect(first.output.err).toMatch(/^Serving cards at http:\/\/127.0.0.1:\d+\n$/);
  const learned = await post(`${first.address}/v1/labels`, {
    examples: { rain: ['will it rain'] },
  });
  expect(learned.status).toBe(200);
  first.signal('SIGTERM');
  while ((await fetch(`${first.address}/readyz`)).status !== 503);
  expect((await post(`${first.address}/v1/classify`, { text: 'my card' })).status).toBe(200);
  expect(await first.ended).toEqual({ code: 0, signal: null });
  const lines = first.output.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toContainEqual(expect.objectContaining({ route: '/v1/labels', status: 200 }));

  const second = await serve([
    ...args,
    '--token',
    'crads=a-token-of-the-cards',
    '--token',
    '*=a-token-of-all-others',
  ]);
  expect(second.output.err).toContain(
    `${examples()} is not read: the store has cards already, with all it has learned.\n`,
  );
  expect(second.output.err).toMatch(
    /\[METATORCH_UNUSED_TOKENS\] .*'crads' .*; the nearest is cards/,
  );
  const headers = { authorization: 'Bearer a-token-of-all-others' };
  const described = await fetch(`${second.address}/v1/classifiers/cards`, { headers });
  expect(await described.json()).toMatchObject({
    labels: expect.arrayContaining([{ label: 'rain', examples: 1 }]),
  });
  second.signal('SIGINT');
  expect(await second.ended).toEqual({ code: 0, signal: null });
}, 120_000);

test('a meta-trained model serves from a store, and what tenants taught it outlives a kill', async () => {
  const bank = join(folder(), 'bank');
  mkdirSync(bank);
  const own = Object.entries(CARDS).flatMap(([label, all]) => all.map((text) => ({ text, label })));
  using model = await trainedModel('prototypical', 1);
  saveModel(bank, model, { examples: own });
  const args = [bank, '--store', store(), '--model', bank, '--port', '0', '--log', 'silent'];
  const ask = async (address: string) => {
    const answers = ['bank', 'loans'].map(async (classifier) =>
      (await post(`${address}/v1/classify`, { classifier, texts: ['rain', 'a card'] })).text(),
    );
    return Promise.all(answers);
  };

  const first = await serve(args);
  expect(first.output.err).toMatch(/^Serving bank at http:\/\/127.0.0.1:\d+\n$/);
  const put = await fetch(`${first.address}/v1/classifiers/loans`, {
    method: 'PUT',
    body: JSON.stringify({ examples: LOANS }),
    headers: { 'content-type': 'application/json', connection: 'close' },
  });
  expect([put.status, await put.json()]).toMatchObject([201, { head: 'Prototypical Networks' }]);
  const examples = { rain: ['will it rain'] };
  for (const classifier of ['bank', 'loans']) {
    const learned = await post(`${first.address}/v1/labels`, { classifier, examples });
    expect(learned.status).toBe(200);
  }
  const before = await ask(first.address);
  first.signal('SIGKILL');
  expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });

  // The store has a copy of the model.
  rmSync(bank, { recursive: true });
  const second = await serve([store(), '--port', '0', '--log', 'silent']);
  expect(await ask(second.address)).toEqual(before);
  expect(JSON.parse(before[0] ?? '').predictions[0].label).toBe('rain');
  second.signal('SIGTERM');
  expect(await second.ended).toEqual({ code: 0, signal: null });
}, 240_000);

test('a second signal ends it at once', async () => {
  const { ended, signal, address } = await serve([examples(), '--port', '0', '--drain', '60000']);
  signal('SIGINT');
  while ((await fetch(`${address}/readyz`)).status !== 503);
  signal('SIGINT');
  expect(await ended).toEqual({ code: null, signal: 'SIGINT' });
}, 60_000);

test('a port in use is one line', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { output, ended } = await serve([examples(), '--port', String(port)]);
  other.close();
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(output).toEqual({
    out: '',
    err: `Cannot listen at 127.0.0.1:${port}: the port is in use\n`,
  });
}, 60_000);

/** What is wrong, the arguments in a folder with cards.json, the words of the refusal and the status. */
const REFUSED: readonly [string, (folder: string) => string[], string, 1 | 2][] = [
  [
    'a path that is not there',
    (root) => [join(root, 'none')],
    'there is no such file or folder',
    1,
  ],
  ['nothing', () => [], 'Expected classifiers or examples to serve, or --store', 2],
  ['an empty folder', (root) => [root], 'expected a saved few-shot classifier', 1],
  ['two of one name', (root) => ['cards.json', join(root, 'a', 'cards')], 'are both cards', 2],
  [
    'a store with other things in it',
    (root) => ['cards.json', '--store', root],
    'but found cards.json',
    1,
  ],
  ['a port that is none', () => ['cards.json', '--port', '65536'], 'an integer from 0 to 65535', 2],
  [
    'a short token',
    () => ['cards.json', '--token', 'cards=short'],
    'a token of at least 16 characters',
    2,
  ],
];

describe('without serving', () => {
  let results: readonly Result[] = [];
  beforeAll(() => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'metatorch-serve-')));
    const cwd = join(root, 'own');
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'cards.json'), JSON.stringify(CARDS));
    const commands = [...REFUSED.map(([, args]) => args(cwd)), ['--help']];
    results = runCommandLines(
      commands.map((args) => ({ args: ['serve', ...args], cwd })),
      root,
    );
    rmSync(root, { recursive: true });
  });

  test.each(REFUSED.map(([name, , message, status], i) => [name, { message, status, i }] as const))(
    '%s is refused in a line or two',
    (_, { message, status, i }) => {
      expect(results[i]).toMatchObject({ status, out: '', err: expect.stringContaining(message) });
      expect(results[i]?.err).not.toContain('    at ');
    },
  );

  test('--help has every option', () => {
    const { status, out } = results.at(-1) ?? {};
    expect(status).toBe(0);
    for (const option of [
      '--store',
      '--model',
      '--host',
      '--port',
      '--token',
      '--drain',
      '--max-labels',
      '--log',
    ]) {
      expect(out).toContain(option);
    }
  });
});

test('a store on a disk that cannot be written is refused by its name', async () => {
  mkdirSync(store());
  writeFileSync(join(store(), 'store.json'), '{"format":"metatorch-store","version":1}');
  const { output, ended } = await serve([store()], {
    env: { READ_ONLY: store() },
    node: ['--require', READ_ONLY],
  });
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(output.err).toMatch(/^Cannot lock .*store\/lock: EROFS: read-only file system.*\n$/);
}, 60_000);
