import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type DownloadEncoderOptions,
  downloadEncoder,
} from '../../../../lib/text/encoders/hub/download-encoder';
import { listEncoders } from '../../../../lib/text/encoders/hub/encoder-cache';
import { type FakeHub, sendJson, sendPart, startHub } from '../../../helpers/fake-hub';
import { temporaryFolder } from '../../../helpers/folders';
import { startServer } from '../../../helpers/http-server';

const WEIGHTS = Buffer.from('weights '.repeat(50_000));
const FILES = {
  'config.json': '{"model_type": "bert"}',
  'tokenizer.json': '{}',
  'modules.json': '[]',
  '1_Pooling/config.json': '{"pooling": 1}',
  'model.safetensors': WEIGHTS,
  'pytorch_model.bin': 'pickle',
  'README.md': '# Model',
  'onnx/model.onnx': 'onnx',
};
const KEPT = ['1_Pooling', 'config.json', 'model.safetensors', 'modules.json', 'tokenizer.json'];

const folder = temporaryFolder();
const environment = { ...process.env };
let hub: FakeHub;

beforeEach(async () => {
  for (const name of Object.keys(process.env)) {
    if (/^HF_|_proxy$|^METATORCH_OFFLINE$/i.test(name)) delete process.env[name];
  }
  hub = await startHub(FILES);
});
afterEach(async () => {
  process.env = { ...environment };
  await hub.stop();
});

function download(options: DownloadEncoderOptions = {}, name = 'owner/model'): Promise<string> {
  const cacheFolder = join(folder(), 'cache');
  return downloadEncoder(name, { endpoint: hub.url, cacheFolder, retryDelay: 1, ...options });
}

async function refused(
  message: RegExp,
  options: DownloadEncoderOptions = {},
  code = 'ERR_TORCH_DOWNLOAD',
): Promise<void> {
  await expect(download(options)).rejects.toMatchObject({
    name: 'TorchError',
    code,
    message: expect.stringMatching(message),
  });
  expect(existsSync(join(folder(), 'cache/owner--model/commits', hub.commit))).toBe(false);
}

const resolved = () =>
  hub.seen.filter(({ path }) => path.includes('/resolve/')).map(({ path }) => path.slice(61));

test('the files that an encoder needs come into a folder of their commit, and no others', async () => {
  const path = await download();
  expect(path).toBe(join(folder(), 'cache/owner--model/commits', hub.commit));
  expect(readdirSync(path).filter((name) => !name.startsWith('.'))).toEqual(KEPT);
  expect(readFileSync(join(path, 'model.safetensors')).equals(WEIGHTS)).toBe(true);
  expect(readFileSync(join(path, '1_Pooling/config.json'), 'utf8')).toBe('{"pooling": 1}');
  expect(await listEncoders(join(folder(), 'cache'))).toEqual([
    { name: 'owner/model', commit: hub.commit, folder: path, size: WEIGHTS.length + 40 },
  ]);
});

test('what is in the cache is not downloaded again, and a commit is not even looked up', async () => {
  const path = await download();
  hub.seen.length = 0;
  expect(await download()).toBe(path);
  expect(hub.seen.map((one) => one.path)).toEqual([
    '/api/models/owner/model/revision/main',
    `/api/models/owner/model/tree/${hub.commit}`,
    `/api/models/owner/model/tree/${hub.commit}`,
  ]);
  hub.seen.length = 0;
  expect(await download({ revision: hub.commit })).toBe(path);
  expect(hub.seen).toEqual([]);
});

test('another commit has a folder of its own, for which only what changed is downloaded', async () => {
  const old = await download();
  hub.commit = 'beef'.padEnd(40, '1');
  hub.files['config.json'] = '{"model_type": "mpnet"}';
  hub.seen.length = 0;
  const path = await download();
  expect(path).not.toBe(old);
  expect(hub.seen.filter((one) => one.path.includes('/resolve/'))).toHaveLength(1);
  expect(readFileSync(join(path, 'config.json'), 'utf8')).toContain('mpnet');
  expect(readFileSync(join(old, 'config.json'), 'utf8')).toContain('bert');
});

test('offline, the cache alone is used, and what it lacks is told', async () => {
  await refused(/owner\/model at main offline, and the cache lacks it/, { offline: true });
  const path = await download();
  hub.seen.length = 0;
  expect(await download({ offline: true })).toBe(path);
  process.env.METATORCH_OFFLINE = '1';
  expect(await download()).toBe(path);
  truncateSync(join(path, 'config.json'), 3);
  await expect(download()).rejects.toThrow(/the cache lacks config\.json\. Download/);
  expect(hub.seen).toEqual([]);
  process.env.METATORCH_OFFLINE = '0';
  expect(await download()).toBe(path);
  expect(readFileSync(join(path, 'config.json'), 'utf8')).toBe(FILES['config.json']);
});

test('a connection that breaks is taken up where it was', async () => {
  let cuts = 0;
  hub.answer = (path, response, { headers }) => {
    if (!path.endsWith('model.safetensors') || cuts === 3) return false;
    cuts += 1;
    const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': WEIGHTS.length - from,
      'content-range': `bytes ${from}-${WEIGHTS.length - 1}/${WEIGHTS.length}`,
    });
    response.write(WEIGHTS.subarray(from, from + 50_000), () =>
      setTimeout(() => response.destroy(), 20),
    );
    return true;
  };
  const path = await download();
  expect(readFileSync(join(path, 'model.safetensors')).equals(WEIGHTS)).toBe(true);
  const ranges = hub.seen.filter((one) => one.path.endsWith('safetensors')).map((o) => o.range);
  expect(ranges).toEqual([undefined, 'bytes=50000-', 'bytes=100000-', 'bytes=150000-']);
});

test('a connection that stays broken ends the download, and the next one continues it', async () => {
  hub.answer = (path, response) => {
    if (!path.endsWith('model.safetensors')) return false;
    response.writeHead(200, { 'content-length': WEIGHTS.length });
    response.write(WEIGHTS.subarray(0, 70_000), () => setTimeout(() => response.destroy(), 20));
    hub.answer = (where, later) => where.endsWith('model.safetensors') && !later.destroy().closed;
    return true;
  };
  await refused(/Cannot download model\.safetensors of owner\/model from .*next attempt continues/);
  hub.answer = undefined;
  hub.seen.length = 0;
  await download();
  expect(resolved()).toHaveLength(1);
  expect(hub.seen.at(-1)?.range).toBe('bytes=70000-');
});

test('what a killed process has left is taken up, unless it is of another file', async () => {
  const digest = await digestOfWeights();
  const blobs = join(folder(), 'cache/owner--model/blobs');
  mkdirSync(blobs, { recursive: true });
  const left = join(blobs, `${digest}.abcdef.tmp`);
  writeFileSync(left, WEIGHTS.subarray(0, 1000));
  utimesSync(left, 1, 1);
  await download();
  const weights = () => hub.seen.filter((one) => one.path.endsWith('model.safetensors'));
  expect(weights().map((one) => one.range)).toEqual(['bytes=1000-']);

  hub.seen.length = 0;
  const other = join(folder(), 'other');
  mkdirSync(join(other, 'owner--model/blobs'), { recursive: true });
  writeFileSync(join(other, `owner--model/blobs/${digest}.part`), 'x'.repeat(1000));
  const path = await download({ cacheFolder: other });
  expect(weights().map((one) => one.range)).toEqual(['bytes=1000-', undefined]);
  expect(readFileSync(join(path, 'model.safetensors')).equals(WEIGHTS)).toBe(true);
});

async function digestOfWeights(): Promise<string> {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(WEIGHTS).digest('hex');
}

test('content that is not what the list says is refused, whatever kind of file', async () => {
  for (const name of ['model.safetensors', 'config.json']) {
    hub.answer = (path, response) => {
      if (!path.endsWith(name)) return false;
      const content = Buffer.from(hub.files[name] ?? '');
      content[3] = 33;
      sendPart(response, content);
      return true;
    };
    const message = new RegExp(`${name} of owner/model .*damaged: expected (sha256|git hash) \\w+`);
    await refused(message, { cacheFolder: join(folder(), name) });
  }
});

test('a server that sends more than the list says is cut off', async () => {
  hub.answer = (path, response) => {
    if (!path.endsWith('model.safetensors')) return false;
    sendPart(response, Buffer.concat([WEIGHTS, WEIGHTS]));
    return true;
  };
  await refused(/longer than the 400000 bytes expected/);
});

test('a server that stops sending is given up', async () => {
  hub.answer = (path) => path.endsWith('model.safetensors');
  await refused(/nothing arrived for 0\.05 s/, { stallLimit: 50 });
});

test.each([
  [401, /private, gated or does not exist.*HF_TOKEN/],
  [403, /private, gated or does not exist.*HF_TOKEN/],
  [404, /there is no owner\/model at main/],
  [500, /answered 500/],
])('the status %i is explained', async (status, message) => {
  hub.answer = (_, response) => {
    sendJson(response, { error: 'no' }, status);
    return true;
  };
  await refused(message);
});

test('a gated file is told from a broken connection, and asked for once', async () => {
  hub.answer = (path, response) => {
    if (!path.endsWith('model.safetensors')) return false;
    sendJson(response, { error: 'gated' }, 403);
    return true;
  };
  await refused(/Access to owner\/model .*HF_TOKEN/);
  expect(hub.seen.filter((one) => one.path.endsWith('model.safetensors'))).toHaveLength(1);
});

test('a hub that cannot be reached, or answers something else, is named', async () => {
  await refused(/Cannot ask http:\/\/127\.0\.0\.1:1 .*fetch failed/, {
    endpoint: 'http://127.0.0.1:1',
  });
  hub.answer = (_, response) => {
    sendJson(response, { id: 5 });
    return true;
  };
  await refused(/expected a commit but received undefined/);
});

test.each([
  ['config.json', {}, /has no config\.json/],
  ['model.safetensors', {}, /only pytorch_model\.bin.*never read/],
  ['tokenizer.json', {}, /has no tokenizer\.json/],
  ['README.md', { '../evil.json': 'x' }, /names of files below a folder.*evil/],
  ['README.md', { 'a\\b': 'x' }, /names of files below a folder/],
  ['README.md', { 'C:/x': 'x' }, /names of files below a folder/],
])('without %s and with %j it is not an encoder', async (missing, more, message) => {
  delete hub.files[missing];
  Object.assign(hub.files, more);
  await refused(message);
});

test('weights in several files come with their index', async () => {
  delete hub.files['model.safetensors'];
  hub.files['model.safetensors.index.json'] = '{}';
  hub.files['model-00001-of-00002.safetensors'] = 'one';
  hub.files['model-00002-of-00002.safetensors'] = 'two';
  const path = await download();
  expect(readFileSync(join(path, 'model-00002-of-00002.safetensors'), 'utf8')).toBe('two');
});

test('the token goes to the endpoint, and not to where that sends its files or lists', async () => {
  process.env.HF_TOKEN = 'secret';
  const seen: (string | undefined)[] = [];
  const storage = await startServer((request, response) => {
    seen.push(request.headers.authorization);
    if (request.url?.includes('/tree/')) sendJson(response, []);
    else sendPart(response, WEIGHTS, request.headers.range);
  });
  // Another name of this machine is another host.
  hub.storage = new URL(storage.url).origin.replace('127.0.0.1', 'localhost');
  hub.answer = (path, response) => {
    if (!path.includes('/tree/')) return false;
    response.setHeader('link', `<${hub.storage}/api/tree/>; rel="next"`);
    return false;
  };
  try {
    await download().catch(() => undefined);
    hub.answer = undefined;
    await download();
  } finally {
    await storage.stop();
  }
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.filter((token) => token !== undefined)).toEqual([]);
  expect(new Set(hub.seen.map((one) => one.token))).toEqual(new Set(['Bearer secret']));
});

test('progress counts the bytes of all files up to their sum', async () => {
  const told: { file: string; loaded: number; total: number }[] = [];
  await download({ onProgress: (progress) => told.push(progress) });
  const total = WEIGHTS.length + 40;
  expect(told.every((one, i) => one.loaded >= (told[i - 1]?.loaded ?? 0))).toBe(true);
  expect(told.at(-1)).toMatchObject({ loaded: total, total });
});

test('an aborted download throws the reason, and what has arrived is kept', async () => {
  const controller = new AbortController();
  hub.answer = (path, response) => {
    if (!path.endsWith('model.safetensors')) return false;
    response.writeHead(200, { 'content-length': WEIGHTS.length });
    response.write(WEIGHTS.subarray(0, 50_000), () =>
      setTimeout(() => controller.abort(new Error('enough')), 50),
    );
    return true;
  };
  await expect(download({ signal: controller.signal })).rejects.toThrow('enough');
  hub.answer = undefined;
  await download();
  expect(hub.seen.at(-1)?.range).toBe('bytes=50000-');
  await expect(download({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
    'before',
  );
});

test('downloads at the same time all succeed, and leave nothing behind', async () => {
  const paths = await Promise.all([1, 2, 3, 4].map(() => download()));
  expect(new Set(paths).size).toBe(1);
  const root = join(folder(), 'cache/owner--model');
  expect(readdirSync(root).sort()).toEqual(['blobs', 'commits', 'revisions']);
  expect(readdirSync(join(root, 'blobs')).filter((name) => name.includes('.'))).toEqual([]);
  expect(statSync(join(paths[0] ?? '', 'model.safetensors')).size).toBe(WEIGHTS.length);
});

test('a cache that cannot be written is told by its path', async () => {
  writeFileSync(join(folder(), 'cache'), 'a file');
  await expect(download()).rejects.toMatchObject({
    code: 'ERR_TORCH_FILE',
    message: expect.stringMatching(/Cannot write .*cache.*ENOTDIR|EEXIST/),
  });
});

test('a proxy from the environment is used, except for hosts that NO_PROXY names', async () => {
  if (spawnSync(process.execPath, ['-e', 'require("undici")']).status !== 0) {
    console.warn('undici is not installed, so that proxies are not tested');
    return;
  }
  const through: (string | undefined)[] = [];
  const proxy = await startServer((request, response) => {
    through.push(request.url);
    sendJson(response, { error: 'proxied' }, 418);
  });
  proxy.onConnect((request, socket) => {
    through.push(request.url);
    socket.end('HTTP/1.1 418 Teapot\r\n\r\n');
  });
  try {
    process.env.HTTP_PROXY = new URL(proxy.url).origin;
    await expect(download()).rejects.toThrow();
    expect(through).toHaveLength(1);
    process.env.NO_PROXY = '127.0.0.1';
    await download();
    expect(through).toHaveLength(1);
  } finally {
    await proxy.stop();
  }
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
  expect(hub.seen).toEqual([]);
});
