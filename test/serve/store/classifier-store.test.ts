import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ClassifierStore, createServer, FewShotClassifier } from '../../../lib/serve';
import type { AdditionOptions } from '../../../lib/serve/setup';
import type { Classifiers, FitSettings } from '../../../lib/serve/store/classifiers';
import { Journal } from '../../../lib/serve/store/journal';
import { MemoryClassifiers } from '../../../lib/serve/store/memory-classifiers';
import { temporaryFolder } from '../../helpers/folders';
import { CARDS, LOANS, sharedPool } from '../../helpers/served';

const pool = sharedPool();
const folder = temporaryFolder();
const open = (options = {}) =>
  ClassifierStore.open(join(folder(), 'store'), { pool: pool(), ...options });
const rain = [{ text: 'it will rain', label: 'weather' }];

/** What a process that is killed now would leave, opened again. */
async function afterKill(store: ClassifierStore, options = {}): Promise<ClassifierStore> {
  const copy = join(folder(), 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(folder(), 'store'), copy, { recursive: true });
  rmSync(join(copy, 'lock'));
  const found = await ClassifierStore.open(copy, { pool: pool(), ...options });
  expect(found.names()).toEqual(store.names());
  for (const name of store.names()) {
    expect(found.get(name)?.examples).toEqual(store.get(name)?.examples);
    const texts = ['my card', 'rain tomorrow', 'the interest rate'];
    expect(await found.get(name)?.predict(texts)).toEqual(await store.get(name)?.predict(texts));
  }
  return found;
}

test('every kind of change is there after a kill, the same to the bit', async () => {
  await using store = await open();
  await store.put('cards', CARDS, { head: 'class-mean' });
  await store.put('loans', LOANS);
  await store.change('cards', { type: 'addExamples', examples: rain });
  await (await afterKill(store)).close();
  await store.change('cards', { type: 'renameLabel', label: 'weather', name: 'forecast' });
  await store.change('cards', { type: 'removeExamples', texts: ['my card is gone'] });
  await store.change('cards', { type: 'removeLabel', label: 'top_up' });
  await (await afterKill(store)).close();
  await store.put('cards', LOANS, {});
  await store.remove('loans');
  await using last = await afterKill(store);
  expect(last.get('cards')?.labels).toEqual(Object.keys(LOANS));
  expect(last.get('loans')).toBeUndefined();
});

test('a change that is refused leaves no trace', async () => {
  await using store = await open();
  await store.put('cards', CARDS, {});
  const wrong = { type: 'removeLabel', label: 'none' } as const;
  await expect(store.change('cards', wrong)).rejects.toThrow(/Expected a label of the classifier/);
  await expect(store.change('none', wrong)).rejects.toThrow(/Expected the name of a classifier/);
  expect(readFileSync(join(folder(), 'store/cards/journal-1.jsonl'), 'utf8')).toBe('');
});

test.each<[string, () => Promise<Classifiers> | Classifiers]>([
  ['a store', () => open()],
  ['memory', () => new MemoryClassifiers({}, pool())],
])('what gives a change of %s up must be a signal, and options an object', async (_, make) => {
  const classifiers = await make();
  await using _closed = { [Symbol.asyncDispose]: () => classifiers.close() };
  const put = (settings: object | null) => classifiers.put('cards', CARDS, settings as FitSettings);
  await put({ signal: undefined });
  const change = (options: object | null) =>
    classifiers.change(
      'cards',
      { type: 'addExamples', examples: rain },
      options as AdditionOptions,
    );
  for (const signal of [true, {}, null, { aborted: false }]) {
    await expect(put({ signal })).rejects.toThrow(/Expected an AbortSignal for signal of put/);
    await expect(change({ signal })).rejects.toThrow(
      /Expected an AbortSignal for signal of change/,
    );
  }
  await expect(put(null)).rejects.toThrow('an object for the settings of put');
  await expect(change(null)).rejects.toThrow('an object for the options of change');
  await expect(put({ signal: AbortSignal.abort('late') })).rejects.toBe('late');
  await expect(change({ signal: AbortSignal.abort('late') })).rejects.toBe('late');
  expect(classifiers.get('cards')?.labels).toEqual(Object.keys(CARDS));
});

test('a journal that has grown becomes a snapshot', async () => {
  await using store = await open({ compactAfter: 3 });
  await store.put('cards', CARDS, {});
  for (let i = 0; i < 7; i++) {
    const examples = [{ text: `rain on day ${i}`, label: 'weather' }];
    await store.change('cards', { type: 'addExamples', examples });
  }
  expect(readdirSync(join(folder(), 'store/cards')).sort()).toEqual([
    'current.json',
    'journal-3.jsonl',
    'snapshot-3',
  ]);
  await (await afterKill(store)).close();
});

test('a snapshot that was being made when the process ended is nothing, and is removed', async () => {
  await using store = await open();
  await store.put('cards', CARDS, {});
  await store.change('cards', { type: 'addExamples', examples: rain });
  mkdirSync(join(folder(), 'store/cards/snapshot-2'));
  writeFileSync(join(folder(), 'store/cards/snapshot-2/config.json'), '{');
  mkdirSync(join(folder(), 'store/.begun-begun/snapshot-1'), { recursive: true });
  mkdirSync(join(folder(), 'store/.removed-gone/snapshot-1'), { recursive: true });
  await using found = await afterKill(store);
  expect(found.names()).toEqual(['cards']);
  expect(readdirSync(join(folder(), 'copy/cards')).sort()).toEqual([
    'current.json',
    'journal-1.jsonl',
    'snapshot-1',
  ]);
  expect(readdirSync(join(folder(), 'copy')).sort()).toEqual(['cards', 'lock', 'store.json']);
  await found.put('begun', LOANS, {});
  expect(found.get('begun')?.labels).toEqual(Object.keys(LOANS));
});

test('after a write that failed the next change begins with a snapshot of all there is', async () => {
  await using store = await open();
  await store.put('cards', CARDS, {});
  await using other = await ClassifierStore.open(join(folder(), 'other'), { pool: pool() });
  await other.put('cards', CARDS, {});
  const failing = jest.spyOn(Journal.prototype, 'broken', 'get').mockReturnValueOnce(true);
  await store.change('cards', { type: 'addExamples', examples: rain });
  failing.mockRestore();
  expect(readdirSync(join(folder(), 'store/cards'))).toContain('snapshot-2');
  await (await afterKill(store)).close();
});

test('damage is an error that names the file and the line', async () => {
  const store = await open();
  await store.put('cards', CARDS, {});
  await store.change('cards', { type: 'addExamples', examples: rain });
  await store.close();
  const journal = join(folder(), 'store/cards/journal-1.jsonl');
  const before = readFileSync(journal);
  appendFileSync(journal, 'torn');
  await (await open()).close();
  expect(readFileSync(journal)).toEqual(before);
  writeFileSync(journal, `{}\n${before}`);
  await expect(open()).rejects.toThrow(/journal-1.jsonl: expected .* in line 1 but found/);
  rmSync(journal);
  await expect(open()).rejects.toMatchObject({ code: 'ERR_TORCH_FILE', path: journal });
  writeFileSync(join(folder(), 'store/cards/current.json'), '{"generation": 0}');
  await expect(open()).rejects.toThrow(/current.json: expected the generation that counts/);
});

test.each([
  ['lost', undefined],
  ['empty', ''],
  ['cut short', '{"gene'],
  ['no number', '{"generation": "1"}'],
  ['of a generation that is not there', '{"generation": 3}'],
])('a current.json that is %s is told, and what it named recovered', async (_, content) => {
  const store = await open();
  await store.put('cards', CARDS, {});
  await store.change('cards', { type: 'addExamples', examples: rain });
  await store.close();
  const cards = join(folder(), 'store/cards');
  const current = join(cards, 'current.json');
  if (content === undefined) rmSync(current);
  else writeFileSync(current, content);
  // What was begun and never counted.
  mkdirSync(join(cards, 'snapshot-2'));
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  await (await open()).close();
  expect(warnings.mock.calls).toEqual([
    [
      expect.stringMatching(
        /^Cannot load .*current\.json(?:, line 1, column \d+)?: expected .*; recovered snapshot-1 with 1 changes$/s,
      ),
      { type: 'MetatorchWarning', code: 'METATORCH_STORE_RECOVERED' },
    ],
  ]);
  await using again = await open();
  expect(again.get('cards')?.labels).toEqual([...Object.keys(CARDS), 'weather']);
  expect(warnings).toHaveBeenCalledTimes(1);
  warnings.mockRestore();
  expect(readdirSync(cards).sort()).toEqual(['current.json', 'journal-1.jsonl', 'snapshot-1']);
});

test('without current.json, two whole generations or none are refused, and stay', async () => {
  const store = await open();
  await store.put('cards', CARDS, {});
  await store.close();
  const cards = join(folder(), 'store/cards');
  rmSync(join(cards, 'current.json'));
  cpSync(join(cards, 'snapshot-1'), join(cards, 'snapshot-2'), { recursive: true });
  cpSync(join(cards, 'journal-1.jsonl'), join(cards, 'journal-2.jsonl'));
  await expect(open()).rejects.toThrow(
    /current.json: .*; generations 1 and 2 are there; choose with a file {"generation": 2}/,
  );
  expect(readdirSync(cards)).toHaveLength(4);
  for (const part of readdirSync(cards)) {
    if (part.startsWith('snapshot')) rmSync(join(cards, part), { recursive: true });
  }
  await expect(open()).rejects.toThrow(/there is no whole generation to recover/);
  expect(readdirSync(cards)).toHaveLength(2);
});

test('a link to the folder of a classifier is followed', async () => {
  const store = await open();
  await store.put('cards', CARDS, {});
  await store.close();
  renameSync(join(folder(), 'store/cards'), join(folder(), 'elsewhere'));
  symlinkSync(join(folder(), 'elsewhere'), join(folder(), 'store/cards'));
  await using again = await open();
  expect(again.names()).toEqual(['cards']);
});

test('a classifier that is forgotten stays so when the process ends before its files are gone', async () => {
  const store = await open();
  await store.put('cards', CARDS, {});
  await store.remove('cards');
  expect(readdirSync(join(folder(), 'store')).sort()).toEqual(['lock', 'store.json']);
  await store.put('cards', LOANS, {});
  await (await afterKill(store)).close();
  await store.close();
});

test('a folder with other things in it, and a store in use, are refused', async () => {
  writeFileSync(join(folder(), 'letter.txt'), 'dear');
  await expect(ClassifierStore.open(folder(), { pool: pool() })).rejects.toThrow(
    /expected store.json, which marks a store, or an empty folder but found letter.txt/,
  );
  await using store = await open();
  await expect(open()).rejects.toMatchObject({ code: 'ERR_TORCH_BUSY' });
  expect(store.names()).toEqual([]);
});

test('a saved classifier is taken in, and a server keeps what it learns', async () => {
  const classifier = await FewShotClassifier.fit(CARDS, { pool: pool() });
  await classifier.save(join(folder(), 'saved'));
  await classifier.close();
  const store = await open();
  // Node.js' own check of a path fails on its `constructor`.
  const hostile = { constructor: 1 };
  await expect(async () => store.import('cards', hostile as never)).rejects.toMatchObject({
    code: 'ERR_TORCH_ARGUMENT',
    argument: 'folder of import',
  });
  await store.import('cards', join(folder(), 'saved'));
  await expect(store.import('cards', join(folder(), 'saved'))).rejects.toThrow(
    /Expected a new name/,
  );
  const server = createServer<FastifyInstance>(store, { log: 'silent', warmUp: false });
  const payload = { examples: { weather: ['it will rain'] } };
  const added = await server.inject({ method: 'POST', url: '/v1/labels', payload });
  expect(added.statusCode).toBe(200);
  await server.close();
  await expect(store.put('more', CARDS, {})).rejects.toMatchObject({ code: 'ERR_TORCH_DISPOSED' });
  await using again = await open();
  expect(again.get('cards')?.labels).toEqual([...Object.keys(CARDS), 'weather']);
});

test('what is done to a change or examples after the call is in neither memory nor the journal', async () => {
  await using store = await open();
  const examples = { lost: ['I lost my card'], late: ['my card has not come'] };
  const put = store.put('changing', examples, { head: 'class-mean' });
  examples.lost[0] = 'it will rain';
  await put;
  expect(store.get('changing')?.examples[0]?.text).toBe('I lost my card');
  const change = { type: 'addExamples' as const, examples: [{ text: 'no card', label: 'lost' }] };
  const changed = store.change('changing', change);
  change.examples.push({ text: 'it will rain', label: 'weather' });
  await changed;
  expect(store.get('changing')?.examples).toHaveLength(3);
  await (await afterKill(store)).close();
  // @ts-expect-error No change has this name.
  await expect(store.change('changing', { type: 'forget' })).rejects.toThrow('type of change');
  await store.remove('changing');
});
