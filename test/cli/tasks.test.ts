import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FewShotClassifier } from '../../lib/serve';
import { runCommandLines } from '../helpers/command-lines';
import { temporaryFolder } from '../helpers/folders';
import { CARDS, sharedPool } from '../helpers/served';

const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');
const folder = temporaryFolder();
const pool = sharedPool();
const within = 300_000;

/** What a command prints in a process of its own, given lines of standard input. */
async function run(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [MAIN, ...args]);
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, ...output };
}
/** As `run`, one command after another in one process, which takes a fraction of the time. */
const runAll = (...commands: readonly { args: readonly string[]; input?: string }[]) =>
  runCommandLines(
    commands.map((one) => ({ ...one, cwd: folder() })),
    folder(),
  );
const file = (name: string, content: unknown): string => {
  const path = join(folder(), name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const EXAMPLES = {
  topics: { app: ['the app crashes', 'a new app'], post: ['my parcel is late', 'fast delivery'] },
  sentiment: {
    negative: ['this is terrible', 'it never works'],
    positive: ['this is great', 'I am happy'],
  },
};

test(
  'monitor counts a stream once, says what it saw, and names a line that is wrong',
  async () => {
    const examples = file('examples.json', EXAMPLES);
    const lines = ['the app never works', 'a great parcel', 'the app is great'].map((text, i) =>
      JSON.stringify({ id: `${i}`, text, time: i * 1000 }),
    );
    const stream = file('stream.jsonl', `${lines.join('\n')}\n\n${lines[0]}\n`);
    const args = ['monitor', examples, '--folder', join(folder(), 'kept'), '--json'];
    const first = await run([...args.slice(0, 2), stream, ...args.slice(2)]);
    expect([first.err, first.code]).toEqual(['', 0]);
    expect(JSON.parse(first.out)).toMatchObject({ items: 3, duplicates: 1, held: 0, alerts: [] });
    const [again, wrong, bad, port, baseline] = runAll(
      { args: [...args.slice(0, 2), '-', ...args.slice(2, 4)], input: `${lines[1]}\n` },
      { args: args.slice(0, 4), input: `${lines[2]}\n{"id": 5, "text": "a"}\n` },
      { args: ['monitor', file('bad.json', {})] },
      { args: [...args.slice(0, 4), '--port', '80.5'] },
      { args: [...args.slice(0, 4), '--baseline', '60.5'] },
    );
    expect(again?.out).toMatch(/topic +items +negative/);
    expect(again?.out).toMatch(/3 items, \d of no topic; 2 came again, 0 late, 0 waiting/);
    for (const line of again?.out.split('\n') ?? []) expect(line.length).toBeLessThanOrEqual(80);
    expect([wrong?.status, wrong?.err]).toEqual([
      2,
      'Line 2 of the stream: Expected a string for items[0].id of push but received number 5\n',
    ]);
    expect(bad?.status).toBe(1);
    expect([port?.status, port?.err]).toEqual([
      2,
      expect.stringContaining('Expected an integer from 0 to 65535.'),
    ]);
    expect([baseline?.status, baseline?.err]).toEqual([
      2,
      expect.stringContaining('Expected an integer from 50 to 1000.'),
    ]);
  },
  within,
);

test(
  'assist answers what is typed, and learns',
  async () => {
    const definition = file('definition.json', {
      intents: {
        card_lost: { examples: [...CARDS.card_lost, 'someone stole my card'], answer: 'Blocked.' },
        top_up: { examples: [...CARDS.top_up, 'put money on it'], answer: 'In the app.' },
      },
    });
    const kept = join(folder(), 'assistant');
    const args = ['assist', definition, '--threshold', '0.5', '--folder', kept];
    const input =
      '/intent top_up\nI lost my card\n/intent none\n/intent\nwhere is the zoo\n/intent top_up\n';
    const { code, out, err } = await run(args, input);
    expect(code).toBe(0);
    expect(out).toMatch(/^Blocked\.\n {2}\(answer, card_lost, \d+ %\)\n/);
    expect(err).toContain('2 intents; it answers by itself from 50.0 % on.');
    expect(err).toContain('Expected the name of an intent, or an answer for a new one, for intent');
    expect(err).toContain('Expected a question before /intent\n');
    expect(err).toContain('Expected the name of an intent after /intent\n');
    expect(err).toContain('Learned: top_up');
    expect(existsSync(join(kept, 'lessons.jsonl'))).toBe(true);
    const [again, wrong, unsure] = runAll(
      { args: [...args, '--json'], input: 'where is the zoo\n' },
      { args: ['assist', file('none.json', { intents: 5 })] },
      { args: ['assist', definition], input: 'where is the zoo\n' },
    );
    expect(JSON.parse(again?.out ?? '')).toMatchObject({ kind: 'answer', intent: 'top_up' });
    expect(wrong?.status).toBe(1);
    expect(unsure?.err).toContain('2 intents; it never answers by itself.');
  },
  within,
);

test(
  'assist answers over HTTP until a signal comes',
  async () => {
    const definition = file('served.json', {
      intents: {
        card_lost: { examples: [...CARDS.card_lost], answer: 'Blocked.' },
        top_up: { examples: [...CARDS.top_up], answer: 'In the app.' },
      },
    });
    const args = ['assist', definition, '--threshold', '0.5', '--port', '0'];
    const child = spawn(process.execPath, [MAIN, ...args]);
    const ended = once(child, 'close');
    try {
      const address = await new Promise<string>((resolve, reject) => {
        let said = '';
        child.stderr.on('data', (chunk) => {
          said += chunk;
          const found = /^Serving at (http:\S+)\/v1\/assistant$/m.exec(said)?.[1];
          if (found !== undefined) resolve(found);
        });
        ended.then(() => reject(new Error(said)));
      });
      const response = await fetch(`${address}/v1/assistant/replies`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ session: 'a', text: 'I lost my card' }),
      });
      expect(await response.json()).toMatchObject({ kind: 'answer', text: 'Blocked.' });
    } finally {
      child.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
  },
  within,
);

test(
  'audit says what is in a classifier, explains, and forgets',
  async () => {
    const rows = Object.entries(CARDS).flatMap(([label, texts]) =>
      texts.map((text, i) => ({ text, label, ...(i === 0 && { owner: 'ann' }) })),
    );
    await using classifier = await FewShotClassifier.fit(rows, { pool: pool() });
    const saved = join(folder(), 'cards');
    await classifier.save(saved);
    const heldOut = file('held-out.json', [
      { text: 'card lost', label: 'card_lost', groups: { region: 'north' } },
      { text: 'more money', label: 'top_up', groups: { region: 'south' } },
    ]);
    const { code, out } = await run([
      'audit',
      saved,
      heldOut,
      '--label',
      'top_up',
      '--explain',
      'my card',
    ]);
    expect(code).toBe(0);
    expect(out).toContain('In the folder: 4 texts word for word');
    expect(out).toMatch(
      / {2}word +falls without it by +gradients\n {2}my +-?\d\.\d{3} +-?\d\.\d\d\n/,
    );
    expect(out).toMatch(/Right on held-out texts: \d+\.\d % \(\d+\.\d % to \d+\.\d %\)/);
    expect(out).toContain('top_up by region:');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(out).not.toContain('Of no label');
    const strange = await run(['audit', saved, '--explain', '犬が好き']);
    expect(strange.out).toMatch(/^Of no label: no known token\nMost probable: /m);
    const forget = ['audit', saved, '--forget', 'ann'];
    const [alone, forgotten, nobody] = runAll(
      { args: ['audit', saved, '--label', 'top_up'] },
      { args: [...forget, '--json'] },
      { args: forget },
    );
    expect([alone?.status, alone?.err]).toEqual([
      2,
      'Expected a file of held-out texts beside --label, whose groups are compared\n',
    ]);
    expect(JSON.parse(forgotten?.out ?? '')).toMatchObject({
      forgotten: 2,
      contents: { texts: 2, owners: {} },
    });
    expect([nobody?.status, nobody?.err]).toEqual([
      2,
      "Expected the owner of an example for owner of removeOwner but received string 'ann'\n",
    ]);
  },
  within,
);
