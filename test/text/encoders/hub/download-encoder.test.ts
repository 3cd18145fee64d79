import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { listEncoders } from '../../../../lib/text/encoders/hub/encoder-cache';
import { FILES, hubForTests, WEIGHTS } from '../../../helpers/downloads/hub-tests';

const { download, folder, hub, refused } = hubForTests();

const KEPT = ['1_Pooling', 'config.json', 'model.safetensors', 'modules.json', 'tokenizer.json'];

test('the files that an encoder needs come into a folder of their commit, and no others', async () => {
  const path = await download();
  expect(path).toBe(join(folder(), 'cache/owner--model/commits', hub().commit));
  expect(readdirSync(path).filter((name) => !name.startsWith('.'))).toEqual(KEPT);
  expect(readFileSync(join(path, 'model.safetensors')).equals(WEIGHTS)).toBe(true);
  expect(readFileSync(join(path, '1_Pooling/config.json'), 'utf8')).toBe('{"pooling": 1}');
  expect(await listEncoders(join(folder(), 'cache'))).toEqual([
    { name: 'owner/model', commit: hub().commit, folder: path, size: WEIGHTS.length + 40 },
  ]);
});

test('what is in the cache is not downloaded again, and a commit is not even looked up', async () => {
  const path = await download();
  hub().seen.length = 0;
  expect(await download()).toBe(path);
  expect(hub().seen.map((one) => one.path)).toEqual([
    '/api/models/owner/model/revision/main',
    `/api/models/owner/model/tree/${hub().commit}`,
    `/api/models/owner/model/tree/${hub().commit}`,
  ]);
  hub().seen.length = 0;
  expect(await download({ revision: hub().commit })).toBe(path);
  expect(hub().seen).toEqual([]);
});

test('another commit has a folder of its own, for which only what changed is downloaded', async () => {
  const old = await download();
  hub().commit = 'beef'.padEnd(40, '1');
  hub().files['config.json'] = '{"model_type": "mpnet"}';
  hub().seen.length = 0;
  const path = await download();
  expect(path).not.toBe(old);
  expect(hub().seen.filter((one) => one.path.includes('/resolve/'))).toHaveLength(1);
  expect(readFileSync(join(path, 'config.json'), 'utf8')).toContain('mpnet');
  expect(readFileSync(join(old, 'config.json'), 'utf8')).toContain('bert');
});

test('offline, the cache alone is used, and what it lacks is told', async () => {
  await refused(/owner\/model at main offline, and the cache lacks it/, { offline: true });
  const path = await download();
  hub().seen.length = 0;
  expect(await download({ offline: true })).toBe(path);
  process.env.METATORCH_OFFLINE = '1';
  expect(await download()).toBe(path);
  truncateSync(join(path, 'config.json'), 3);
  await expect(download()).rejects.toThrow(/the cache lacks config\.json\. Download/);
  expect(hub().seen).toEqual([]);
  process.env.METATORCH_OFFLINE = '0';
  expect(await download()).toBe(path);
  expect(readFileSync(join(path, 'config.json'), 'utf8')).toBe(FILES['config.json']);
});

test.each([
  ['config.json', {}, /has no config\.json/],
  ['model.safetensors', {}, /only pytorch_model\.bin.*never read/],
  ['tokenizer.json', {}, /has no tokenizer\.json/],
  ['README.md', { '../evil.json': 'x' }, /names of files below a folder.*evil/],
  ['README.md', { 'a\\b': 'x' }, /names of files below a folder/],
  ['README.md', { 'C:/x': 'x' }, /names of files below a folder/],
])('without %s and with %j it is not an encoder', async (missing, more, message) => {
  delete hub().files[missing];
  Object.assign(hub().files, more);
  await refused(message);
});

test('weights in several files come with their index', async () => {
  delete hub().files['model.safetensors'];
  hub().files['model.safetensors.index.json'] = '{}';
  hub().files['model-00001-of-00002.safetensors'] = 'one';
  hub().files['model-00002-of-00002.safetensors'] = 'two';
  const path = await download();
  expect(readFileSync(join(path, 'model-00002-of-00002.safetensors'), 'utf8')).toBe('two');
});

test('progress counts the bytes of all files up to their sum', async () => {
  const told: { file: string; loaded: number; total: number }[] = [];
  await download({ onProgress: (progress) => told.push(progress) });
  const total = WEIGHTS.length + 40;
  expect(told.every((one, i) => one.loaded >= (told[i - 1]?.loaded ?? 0))).toBe(true);
  expect(told.at(-1)).toMatchObject({ loaded: total, total });
});

test.each([
  ['../evil/x', {}],
  ['a/../b', {}],
  ['a/b/c', {}],
  ['', {}],
  ['a\\b', {}],
  ['owner/model', { revision: '../x' }],
  ['owner/model', { revision: '' }],
  ['owner/model', { revision: 'a\0' }],
  ['owner/model', { endpoint: 'file:///etc' }],
  ['owner/model', { proxy: 'nonsense' }],
  ['owner/model', { signal: {} }],
  ['owner/model', { token: 'x' }],
])('%j with %j is refused before any request', async (name, options) => {
  const wrong = JSON.parse(JSON.stringify(options));
  await expect(download(wrong, name)).rejects.toMatchObject({ code: 'ERR_TORCH_ARGUMENT' });
  expect(hub().seen).toEqual([]);
});

test.each([1, null, new Array(2 ** 32 - 1)])(
  'a cache that is no path is refused',
  async (cache) => {
    await expect(listEncoders(cache as never)).rejects.toThrow('Expected a string for cache');
  },
);
