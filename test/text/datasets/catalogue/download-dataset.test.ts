import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentRangeError } from '../../../../lib/errors';
import {
  type CatalogueEntry,
  catalogued,
  listDatasets,
} from '../../../../lib/text/datasets/catalogue/catalogue';
import { DatasetCache } from '../../../../lib/text/datasets/catalogue/dataset-cache';
import {
  type DownloadDatasetOptions,
  datasetFolder,
  downloadDataset,
} from '../../../../lib/text/datasets/catalogue/download-dataset';
import { fetchFiles } from '../../../../lib/text/datasets/catalogue/fetch-files';
import { sendPart } from '../../../helpers/downloads/fake-hub';
import { startServer } from '../../../helpers/downloads/http-server';
import { makeZip } from '../../../helpers/files/zip';
import { temporaryFolder, writeFiles } from '../../../helpers/folders';
import { describeWith, sharedData } from '../../../helpers/shared-data';

const folder = temporaryFolder();
const environment = { ...process.env };
let files: Record<string, Buffer>;
let seen: { path: string; range: string | undefined }[];
let cutAfter: number | undefined;
let server: Awaited<ReturnType<typeof startServer>>;

beforeEach(async () => {
  for (const name of Object.keys(process.env)) {
    if (/_proxy$|^METATORCH_/i.test(name)) delete process.env[name];
  }
  [files, seen, cutAfter] = [{}, [], undefined];
  server = await startServer((request, response) => {
    const path = request.url ?? '';
    const { range } = request.headers;
    seen.push({ path, range });
    const content = files[path];
    if (content === undefined) response.writeHead(404).end();
    else if (cutAfter === undefined) sendPart(response, content, range);
    else {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 20));
      cutAfter = undefined;
    }
  });
});
afterEach(async () => {
  process.env = { ...environment };
  await server.stop();
});

const mirror = () => new URL(server.url).origin;
const cacheFolder = () => join(folder(), 'cache');
const get = (name: string, options: DownloadDatasetOptions = {}) =>
  downloadDataset(name, {
    cacheFolder: cacheFolder(),
    mirror: mirror(),
    retryDelay: 1,
    ...options,
  });

/** A data set without published sums, which the server has. */
const serveHwu64 = (content = 'one') => {
  files['/hwu64/full.jsonl'] = Buffer.from(content);
  for (const { path } of catalogued('hwu64').files) files[`/hwu64/${path}`] ??= Buffer.from(path);
};

describe('downloadDataset', () => {
  test('takes the files from a mirror, records the sums that nobody published, and asks no more', async () => {
    serveHwu64();
    const { folder: where, unverified, missing } = await get('hwu64');
    expect(where).toBe(join(cacheFolder(), 'hwu64'));
    expect(readFileSync(join(where, 'full.jsonl'), 'utf8')).toBe('one');
    expect(missing).toEqual([]);
    expect(unverified).toHaveLength(16);
    const sum = createHash('sha256').update('one').digest('hex');
    expect(readFileSync(join(where, '.metatorch.json'), 'utf8')).toContain(sum);
    seen.length = 0;
    expect(await get('hwu64')).toEqual({ folder: where, unverified: [], missing: [] });
    expect(seen).toEqual([]);
    expect(await datasetFolder('hwu64', cacheFolder())).toBe(where);
  });

  test('refuses another file than it recorded', async () => {
    serveHwu64();
    const { folder: where } = await get('hwu64');
    writeFileSync(join(where, 'full.jsonl'), 'damaged');
    await expect(datasetFolder('hwu64', cacheFolder())).rejects.toThrow(
      'full.jsonl is missing or damaged',
    );
    serveHwu64('two');
    await expect(get('hwu64')).rejects.toThrow(
      /full\.jsonl of hwu64 from .* is damaged: expected sha256/,
    );
    serveHwu64('one');
    await get('hwu64');
    expect(readFileSync(join(where, 'full.jsonl'), 'utf8')).toBe('one');
  });

  test('refuses a file that is not what was published, by size or sum', async () => {
    files['/banking77/train.csv'] = Buffer.alloc(839_073, 'x');
    await expect(get('banking77')).rejects.toMatchObject({
      code: 'ERR_TORCH_DOWNLOAD',
      message: expect.stringMatching(/train\.csv of banking77 .* expected sha256 b06e26ac/),
    });
    files['/banking77/train.csv'] = Buffer.alloc(1_000_000, 'x');
    await expect(get('banking77')).rejects.toThrow('longer than the 839073 bytes expected');
    files['/banking77/train.csv'] = Buffer.alloc(1000, 'x');
    await expect(get('banking77')).rejects.toThrow(/of 839073/);
    expect(existsSync(join(cacheFolder(), 'banking77/train.csv'))).toBe(false);
  });

  test('says what it has no file for, and what it may not or cannot download', async () => {
    await expect(get('banking77')).rejects.toThrow(/train\.csv of banking77: http.* answered 404/);
    await expect(get('rcv1')).rejects.toThrow(
      /Cannot download rcv1 .* may not be passed on.* --from <folder>/,
    );
    await expect(get('banking77', { offline: true })).rejects.toThrow(
      /offline, and in the cache train\.csv and 2 other files are missing/,
    );
    process.env.METATORCH_OFFLINE = '1';
    await expect(get('banking77')).rejects.toThrow('offline');
    expect(seen.filter(({ path }) => !path.startsWith('/banking77/'))).toEqual([]);
  });

  test('uses the mirror that the environment names', async () => {
    serveHwu64();
    process.env.METATORCH_DATASETS_MIRROR = `${mirror()}/`;
    const { missing } = await downloadDataset('hwu64', { cacheFolder: cacheFolder() });
    expect(missing).toEqual([]);
  });

  test('begins a file without a sum anew when the connection breaks', async () => {
    serveHwu64('a long text '.repeat(1000));
    cutAfter = 500;
    const { folder: where } = await get('hwu64');
    expect(readFileSync(join(where, 'full.jsonl')).length).toBe(12_000);
    expect(
      seen.filter(({ path }) => path.endsWith('full.jsonl')).map(({ range }) => range),
    ).toEqual([undefined, undefined]);
    expect(readdirSync(where).filter((name) => /part|tmp/.test(name))).toEqual([]);
  });

  test('refuses wrong arguments', async () => {
    await expect(get('banking')).rejects.toThrow(ArgumentRangeError);
    await expect(get('banking')).rejects.toThrow("the nearest is 'banking77'");
    await expect(get('banking77', { mirror: 'ftp://x' })).rejects.toThrow(
      'an http or https address',
    );
    await expect(
      Reflect.apply(downloadDataset, undefined, ['banking77', { form: 'x' }]),
    ).rejects.toThrow('Unknown option form');
  });
});

test('files are taken out of an archive, wherever in it they are', async () => {
  files['/data.zip'] = makeZip([
    { name: 'data/one.json', content: 'one' },
    { name: 'other.json', content: 'other' },
  ]);
  const entry: CatalogueEntry = {
    ...catalogued('huffpost'),
    archive: { url: `${mirror()}/data.zip` },
    files: [{ path: 'one.json' }],
  };
  const cache = new DatasetCache(entry, cacheFolder());
  const settings = { retryDelay: 1, stallLimit: 1000 };
  await fetchFiles(cache, entry.files, undefined, settings);
  expect(readdirSync(cache.folder)).toEqual(['one.json']);
  const absent = [{ path: 'two.json' }];
  await expect(fetchFiles(cache, absent, undefined, settings)).rejects.toThrow(
    'Expected two.json in',
  );
});

describe('files that are there already', () => {
  test('are checked and copied, and those that are missing are named', async () => {
    const from = writeFiles(join(folder(), 'own'), { 'full.jsonl': 'mine' });
    const { folder: where, unverified, missing } = await get('hwu64', { from });
    expect(readFileSync(join(where, 'full.jsonl'), 'utf8')).toBe('mine');
    expect(unverified).toEqual(['full.jsonl']);
    expect(missing).toHaveLength(15);
    expect(seen).toEqual([]);
  });

  test('are refused if one is another, or none is there', async () => {
    const from = writeFiles(join(folder(), 'own'), { 'train.csv': 'x' });
    await expect(get('banking77', { from })).rejects.toThrow(
      /Cannot adopt .*train\.csv: expected 839073 bytes with the sha256 b06e/,
    );
    expect(existsSync(join(cacheFolder(), 'banking77'))).toBe(false);
    await expect(get('clinc150', { from })).rejects.toThrow(
      'a folder with files of clinc150 (data_full.json, domains.json)',
    );
    mkdirSync(join(from, 'test.csv'));
    writeFiles(from, { 'train.csv': '' });
    await expect(get('banking77', { from: join(folder(), 'none') })).rejects.toThrow(
      ArgumentRangeError,
    );
  });
});

describe('the catalogue', () => {
  test('names each data set and file once, with an address or a way to it', () => {
    const entries = listDatasets();
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
    for (const { files: all, archive, manual } of entries) {
      expect(new Set(all.map(({ path }) => path)).size).toBe(all.length);
      for (const { url } of all) expect(url ?? archive?.url ?? manual).toBeDefined();
    }
  });

  const SHARED: Record<string, string> = { xsid: 'xsid-0.7' };
  describeWith(sharedData())('has the sums of the published files', () => {
    test.each(listDatasets().map(({ name }) => name))('of %s', async (name) => {
      const from = sharedData(SHARED[name] ?? name);
      if (!existsSync(from)) return;
      const { unverified, missing } = await get(name, { from });
      expect(unverified).toEqual([]);
      expect(missing).toEqual(name === 'fewrel' ? ['train_wiki.json'] : []);
    });
  });
});
