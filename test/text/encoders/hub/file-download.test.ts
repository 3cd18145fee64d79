import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DownloadProgress } from '../../../../lib/text';
import { sendPart } from '../../../helpers/downloads/fake-hub';
import { hubForTests, WEIGHTS } from '../../../helpers/downloads/hub-tests';

const { download, folder, hub, refused } = hubForTests();

const resolved = () =>
  hub()
    .seen.filter(({ path }) => path.includes('/resolve/'))
    .map(({ path }) => path.slice(61));

test('a connection that breaks is taken up where it was', async () => {
  let cuts = 0;
  hub().answer = (path, response, { headers }) => {
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
  const ranges = hub()
    .seen.filter((one) => one.path.endsWith('safetensors'))
    .map((o) => o.range);
  expect(ranges[0]).toBeUndefined();
  const starts = ranges.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]));
  expect(starts).toHaveLength(3);
  expect(starts.every((from, i) => from > (starts[i - 1] ?? 0))).toBe(true);
});

test('a connection that stays broken ends the download, and the next one continues it', async () => {
  hub().answer = (path, response) => {
    if (!path.endsWith('model.safetensors')) return false;
    response.writeHead(200, { 'content-length': WEIGHTS.length });
    response.write(WEIGHTS.subarray(0, 70_000), () => setTimeout(() => response.destroy(), 20));
    hub().answer = (where, later) => where.endsWith('model.safetensors') && !later.destroy().closed;
    return true;
  };
  await refused(/Cannot download model\.safetensors of owner\/model from .*next attempt continues/);
  hub().answer = undefined;
  hub().seen.length = 0;
  await download();
  expect(resolved()).toHaveLength(1);
  expect(hub().seen.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
});

test('what a killed process has left is taken up, unless it is of another file', async () => {
  const digest = createHash('sha256').update(WEIGHTS).digest('hex');
  const blobs = join(folder(), 'cache/owner--model/blobs');
  mkdirSync(blobs, { recursive: true });
  const left = join(blobs, `${digest}.abcdef.tmp`);
  writeFileSync(left, WEIGHTS.subarray(0, 1000));
  utimesSync(left, 1, 1);
  await download();
  const weights = () => hub().seen.filter((one) => one.path.endsWith('model.safetensors'));
  expect(weights().map((one) => one.range)).toEqual(['bytes=1000-']);

  hub().seen.length = 0;
  const other = join(folder(), 'other');
  mkdirSync(join(other, 'owner--model/blobs'), { recursive: true });
  writeFileSync(join(other, `owner--model/blobs/${digest}.part`), 'x'.repeat(1000));
  const path = await download({ cacheFolder: other });
  expect(weights().map((one) => one.range)).toEqual(['bytes=1000-', undefined]);
  expect(readFileSync(join(path, 'model.safetensors')).equals(WEIGHTS)).toBe(true);
});

test('content that is not what the list says is refused, whatever kind of file', async () => {
  for (const name of ['model.safetensors', 'config.json']) {
    hub().answer = (path, response) => {
      if (!path.endsWith(name)) return false;
      const content = Buffer.from(hub().files[name] ?? '');
      content[3] = 33;
      sendPart(response, content);
      return true;
    };
    const message = new RegExp(`${name} of owner/model .*damaged: expected (sha256|git hash) \\w+`);
    await refused(message, { cacheFolder: join(folder(), name) });
  }
});

test('a server that sends more than the list says is cut off', async () => {
  hub().answer = (path, response) => {
    if (!path.endsWith('model.safetensors')) return false;
    sendPart(response, Buffer.concat([WEIGHTS, WEIGHTS]));
    return true;
  };
  await refused(/longer than the 400000 bytes expected/);
});

test('a server that stops sending is given up', async () => {
  hub().answer = (path) => path.endsWith('model.safetensors');
  await refused(/nothing arrived for 0\.05 s/, { stallLimit: 50 });
});

test('an aborted download throws the reason, and what has arrived is kept', async () => {
  const controller = new AbortController();
  hub().answer = (path, response) => {
    if (!path.endsWith('model.safetensors')) return false;
    response.writeHead(200, { 'content-length': WEIGHTS.length });
    response.write(WEIGHTS.subarray(0, 50_000));
    return true;
  };
  // Heard once some of it is on the disk.
  const onProgress = ({ file }: DownloadProgress) => {
    if (file === 'model.safetensors') controller.abort(new Error('enough'));
  };
  await expect(download({ signal: controller.signal, onProgress })).rejects.toThrow('enough');
  hub().answer = undefined;
  await download();
  expect(hub().seen.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
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
