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
    const [again, wrong, bad] = runAll(
      { args: [...args.slice(0, 2), '-', ...args.slice(2, 4)], input: `${lines[1]}\n` },
      { args: args.slice(0, 4), input: `${lines[2]}\n{"id": 5, "text": "a"}\n` },
      { args: ['monitor', file('bad.json', {})] },
    );
    expect(again?.out).toMatch(/topic +items +negative/);
    expect(again?.out).toMatch(/3 items, \d of no topic; 2 again, 0 late, 0 waiting/);
    for (const line of again?.out.split('\n') ?? []) expect(line.length).toBeLessThanOrEqual(80);
    expect([wrong?.status, wrong?.err]).toEqual([
      2,
      'Line 2 of the stream: Expected a string for items[0].id of push but received number 5\n',
    ]);
    expect(bad?.status).toBe(1);
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
    const input = 'I lost my card\n/intent none\nwhere is the zoo\n/intent top_up\n';
    const { code, out, err } = await run(args, input);
    expect(code).toBe(0);
    expect(out).toMatch(/^Blocked\.\n {2}\(answer, card_lost, \d+ %\)\n/);
    expect(err).toContain('2 intents; it answers by itself from 50.0 % on.');
    expect(err).toContain('Expected the name of an intent, or its answer');
    expect(err).toContain('Learned: top_up');
    expect(existsSync(join(kept, 'lessons.jsonl'))).toBe(true);
    const [again, wrong] = runAll(
      { args: [...args, '--json'], input: 'where is the zoo\n' },
      { args: ['assist', file('none.json', { intents: 5 })] },
    );
    expect(JSON.parse(again?.out ?? '')).toMatchObject({ kind: 'answer', intent: 'top_up' });
    expect(wrong?.status).toBe(1);
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
    expect(out).toMatch(/ {2}card +-?\d\.\d{3} without it/);
    expect(out).toContain('top_up by region:');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const forget = ['audit', saved, '--forget', 'ann'];
    const [forgotten, nobody] = runAll({ args: [...forget, '--json'] }, { args: forget });
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
