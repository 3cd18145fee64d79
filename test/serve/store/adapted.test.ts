import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import {
  AdaptedClassifier,
  ClassifierStore,
  createServer,
  FewShotClassifier,
  MetaModelPool,
} from '../../../lib/serve';
import { saveModel } from '../../../lib/train/runs/saved-model';
import { temporaryFolder, writeFiles } from '../../helpers/folders';
import { trainedModel } from '../../helpers/learners/trained-model';
import { CARDS, LOANS, sharedPool } from '../../helpers/served';

const pool = sharedPool();
const folder = temporaryFolder();
const path = (name: string) => join(folder(), name);
const TEXTS = ['my card', 'rain tomorrow', 'the interest rate'];
const rain = [{ text: 'it will rain', label: 'weather', owner: 'ann' }];

/** Saves a model that is adapted to examples, or to none. */
async function saved(name: string, examples: { text: string; label: string }[] = [], steps = 1) {
  using model = await trainedModel('prototypical', steps);
  mkdirSync(path(name));
  saveModel(path(name), model, { examples });
  return path(name);
}

const rowsOf = (examples: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(examples).flatMap(([label, texts]) => texts.map((text) => ({ text, label })));

const open = (name = 'store', options = {}) =>
  ClassifierStore.open(path(name), { pool: pool(), ...options });

/** What a process that is killed now would leave, opened again: the same examples, predictions and learners. */
async function afterKill(store: ClassifierStore): Promise<ClassifierStore> {
  rmSync(path('copy'), { recursive: true, force: true });
  cpSync(path('store'), path('copy'), { recursive: true });
  rmSync(path('copy/lock'));
  const found = await open('copy');
  expect(found.names()).toEqual(store.names());
  for (const name of store.names()) {
    const [before, after] = [store.get(name), found.get(name)];
    expect([after?.examples, after?.head]).toEqual([before?.examples, before?.head]);
    expect(await after?.predict(TEXTS)).toEqual(await before?.predict(TEXTS));
  }
  return found;
}

/** All that the files below a folder hold. */
const contentOf = (root: string): string =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join();

test('a model that is taken in keeps every change after a kill, the same to the bit', async () => {
  const model = await saved('cards', rowsOf(CARDS));
  await using store = await open('store', { compactAfter: 4 });
  await store.import('cards', model);
  rmSync(model, { recursive: true });
  expect(store.get('cards')).toBeInstanceOf(AdaptedClassifier);
  await store.change('cards', { type: 'addExamples', examples: rain });
  await (await afterKill(store)).close();
  await store.change('cards', { type: 'renameLabel', label: 'weather', name: 'forecast' });
  await store.change('cards', { type: 'removeExamples', texts: ['I lost my card'] });
  await (await afterKill(store)).close();
  await store.change('cards', { type: 'removeLabel', label: 'top_up' });
  expect(readdirSync(path('store/cards'))).toContain('snapshot-2');
  await (await afterKill(store)).close();
  const wrong = { type: 'removeLabel', label: 'none' } as const;
  await expect(store.change('cards', wrong)).rejects.toThrow(/Expected a label of the classifier/);
  expect(readFileSync(path('store/cards/journal-2.jsonl'), 'utf8')).toBe('');
});

test('tenants adapt one model, which is once on the disk, and forget an owner for good', async () => {
  const model = await saved('model');
  await using store = await open('store', { model });
  await store.put('cards', CARDS);
  await store.put('loans', LOANS);
  await expect(store.put('more', LOANS, { head: 'ridge' })).rejects.toThrow(
    'Unknown option head; expected signal, limits, model',
  );
  expect(readdirSync(path('store/.models'))).toHaveLength(1);
  expect(readdirSync(path('store/cards/snapshot-1'))).toEqual(['adapted.json']);
  await store.change('loans', { type: 'addExamples', examples: rain });
  await (await afterKill(store)).close();
  expect(contentOf(path('store'))).toContain('it will rain');
  await store.change('loans', { type: 'removeOwner', owner: 'ann' });
  expect(contentOf(path('store'))).not.toContain('it will rain');
  expect(contentOf(path('store'))).not.toContain('ann"');
  await store.remove('cards');
  await (await afterKill(store)).close();
});

test('classifiers of both kinds stand in one store, and take each other\u2019s place', async () => {
  const model = await saved('cards', rowsOf(CARDS));
  const first = await open();
  await first.import('cards', model);
  await first.put('loans', LOANS, { head: 'class-mean' });
  await (await afterKill(first)).close();
  await first.put('cards', CARDS, { head: 'class-mean' });
  expect(first.get('cards')?.head).toBe('class-mean');
  await first.close();
  // The model of nobody goes when the store is opened.
  await using second = await open('store', { model: await saved('other', [], 2) });
  expect(readdirSync(path('store/.models'))).toHaveLength(1);
  await second.put('loans', LOANS);
  expect(second.get('loans')?.head).toBe('Prototypical Networks');
  await (await afterKill(second)).close();
});

test('what is no meta-trained model is refused before anything of it is in the store', async () => {
  const own = await FewShotClassifier.fit(CARDS, { pool: pool() });
  await own.save(path('few-shot'));
  await own.close();
  await expect(open('store', { model: path('few-shot') })).rejects.toThrow(
    /few-shot.config.json: expected a meta-trained model but found another kind of model/,
  );
  await expect(open('store', { model: path('none') })).rejects.toThrow(
    /none: expected a meta-trained model but there is no .*config.json/,
  );
  expect(readdirSync(path('store'))).toEqual(['store.json']);
});

test('a model that is damaged, missing or without examples is refused by its name', async () => {
  const model = await saved('cards', rowsOf(CARDS));
  const store = await open();
  await expect(store.import('bare', await saved('bare'))).rejects.toThrow(
    /bare: expected a model that is adapted to examples; metatorch adapt makes one/,
  );
  await store.import('cards', model);
  expect(contentOf(path('store/.models'))).not.toContain('I lost my card');
  await store.close();
  const [digest = ''] = readdirSync(path('store/.models'));
  const tensors = join(path('store/.models'), digest, 'model.safetensors');
  const before = readFileSync(tensors);
  writeFileSync(tensors, before.subarray(0, -1));
  await expect(open()).rejects.toMatchObject({ code: 'ERR_TORCH_FILE', path: tensors });
  writeFileSync(tensors, before);
  const snapshot = path('store/cards/snapshot-1/adapted.json');
  const examples = readFileSync(snapshot, 'utf8');
  writeFileSync(snapshot, examples.replace('I lost my card', 'I lost my cart'));
  await expect(open()).rejects.toThrow(/adapted.json: expected the checksum of what it says/);
  writeFileSync(snapshot, examples);
  // What a crash left of a model that was being copied.
  writeFiles(path('store/.models/.begun-x'), { 'config.json': '{' });
  await (await open()).close();
  expect(readdirSync(path('store/.models'))).toEqual([digest]);
  rmSync(path('store/.models'), { recursive: true });
  await expect(open()).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
});

test('a server adapts the model for those that are put, and keeps what they learn', async () => {
  const store = await open('store', { model: await saved('model') });
  const server = createServer<FastifyInstance>(store, { log: 'silent', warmUp: false });
  const url = '/v1/classifiers/cards';
  const put = await server.inject({ method: 'PUT', url, payload: { examples: CARDS } });
  expect([put.statusCode, put.json().head]).toEqual([201, 'Prototypical Networks']);
  const refused = await server.inject({
    method: 'PUT',
    url: '/v1/classifiers/loans',
    payload: { examples: LOANS, head: 'ridge' },
  });
  expect([refused.statusCode, refused.json().code]).toEqual([400, 'ERR_TORCH_ARGUMENT']);
  const payload = { examples: { weather: ['it will rain'] } };
  const added = await server.inject({ method: 'POST', url: '/v1/labels', payload });
  expect(added.statusCode).toBe(200);
  jest
    .spyOn(MetaModelPool.prototype, 'load', 'get')
    .mockReturnValue({ queued: 3, running: 1, jobs: 2 });
  const metrics = (await server.inject('/metrics')).body.split('\n');
  jest.restoreAllMocks();
  expect(metrics.filter((line) => /^metatorch_(queue|running)_/.test(line))).toEqual([
    'metatorch_queue_texts 3',
    'metatorch_running_batches 1',
    'metatorch_queue_jobs 2',
  ]);
  await server.close();
  await using again = await open();
  expect(again.get('cards')?.labels).toEqual([...Object.keys(CARDS), 'weather']);
});
