import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { download } from '../../lib/libtorch/download';
import { startServer } from '../helpers/downloads/http-server';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const CONTENT = Buffer.from('abcdefgh'.repeat(10_000));
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

/** Downloads from a server with this behaviour; resolves to the error, or undefined. */
async function attempt(
  listener: RequestListener,
  options: { size?: number; sha256?: string; stallLimitMs?: number; log?(line: string): void } = {},
): Promise<unknown> {
  const { size = CONTENT.length, sha256 = SHA256, ...rest } = options;
  const server = await startServer(listener);
  try {
    return await download({ url: server.url, size, sha256 }, join(folder(), 'file'), rest).then(
      () => undefined,
      (error: unknown) => error,
    );
  } finally {
    await server.stop();
  }
}

const sendAll: RequestListener = (_, response) => response.end(CONTENT);

function expectFailure(error: unknown, message: RegExp) {
  expect(error).toMatchObject({
    name: 'TorchError',
    code: 'ERR_TORCH_DOWNLOAD',
    message: expect.stringMatching(message),
  });
  expect(readdirSync(folder())).toEqual([]);
}

test('a file with the right size and digest is kept', async () => {
  expect(await attempt(sendAll)).toBeUndefined();
  expect(readFileSync(join(folder(), 'file')).equals(CONTENT)).toBe(true);
});

test('progress is told in quarters', async () => {
  const lines: string[] = [];
  await attempt(sendAll, { log: (line) => lines.push(line) });
  expect(lines.map((line) => line.replace(/ of .*/, ''))).toEqual([
    'downloaded 25 %',
    'downloaded 50 %',
    'downloaded 75 %',
  ]);
});

test('a wrong digest removes the file', async () => {
  expectFailure(await attempt(sendAll, { sha256: '0'.repeat(64) }), /sha256 is [0-9a-f]{64}, exp/);
});

test('a file of another size is removed', async () => {
  expectFailure(await attempt(sendAll, { size: CONTENT.length + 1 }), /ended after 80000 of 80001/);
  expectFailure(await attempt(sendAll, { size: CONTENT.length - 1 }), /longer than the 79999/);
});

test('more than expected stops the download at once, however much the server sends', async () => {
  const endless: RequestListener = (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(CONTENT));
    };
    response.on('drain', more);
    more();
  };
  expectFailure(await attempt(endless), /longer than the 80000/);
});

test('a connection that breaks half way leaves nothing', async () => {
  const broken: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 40_000), () => response.destroy());
  };
  expectFailure(await attempt(broken), /Cannot download http:.*(terminated|closed|aborted)/);
});

test('a server that stops sending is given up', async () => {
  const stalled: RequestListener = (_, response) => {
    response.write(CONTENT.subarray(0, 40_000));
  };
  expectFailure(await attempt(stalled, { stallLimitMs: 200 }), /nothing arrived for 0.2 s/);
});

test('a server that sends slowly but steadily is not given up', async () => {
  const slow: RequestListener = (_, response) => {
    let sent = 0;
    const timer = setInterval(() => {
      response.write(CONTENT.subarray(sent, sent + 8_000));
      sent += 8_000;
      if (sent < CONTENT.length) return;
      clearInterval(timer);
      response.end();
    }, 60);
  };
  expect(await attempt(slow, { stallLimitMs: 400 })).toBeUndefined();
});

test('a server that never answers is given up', async () => {
  expectFailure(await attempt(() => {}, { stallLimitMs: 200 }), /nothing arrived for 0.2 s/);
});

test('a refusal is told with its status', async () => {
  const refuse: RequestListener = (_, response) => response.writeHead(404, 'Not Found').end('x');
  expectFailure(await attempt(refuse), /the server answered 404 Not Found/);
});

test('a host that cannot be reached is told with its cause', async () => {
  const server = await startServer(sendAll);
  await server.stop();
  const file = { url: server.url, size: 1, sha256: SHA256 };
  const error = await download(file, join(folder(), 'file')).catch((reason: unknown) => reason);
  expectFailure(error, /fetch failed: .*ECONNREFUSED/);
});

test('a file that is already there is neither overwritten nor removed', async () => {
  writeFileSync(join(folder(), 'file'), 'mine');
  expect(await attempt(sendAll)).toMatchObject({ code: 'ERR_TORCH_DOWNLOAD' });
  expect(readFileSync(join(folder(), 'file'), 'utf8')).toBe('mine');
});
