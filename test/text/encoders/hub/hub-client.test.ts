import { sendJson, sendPart } from '../../../helpers/downloads/fake-hub';
import { startServer } from '../../../helpers/downloads/http-server';
import { hubForTests, WEIGHTS } from '../../../helpers/downloads/hub-tests';

const { download, hub, refused } = hubForTests();

test.each([
  [401, /private, gated or does not exist.*HF_TOKEN/],
  [403, /private, gated or does not exist.*HF_TOKEN/],
  [404, /there is no owner\/model at main/],
  [500, /answered 500/],
])('the status %i is explained', async (status, message) => {
  hub().answer = (_, response) => {
    sendJson(response, { error: 'no' }, status);
    return true;
  };
  await refused(message);
});

test('a gated file is told from a broken connection, and asked for once', async () => {
  hub().answer = (path, response) => {
    if (!path.endsWith('model.safetensors')) return false;
    sendJson(response, { error: 'gated' }, 403);
    return true;
  };
  await refused(/Access to owner\/model .*HF_TOKEN/);
  expect(hub().seen.filter((one) => one.path.endsWith('model.safetensors'))).toHaveLength(1);
});

test('a hub that cannot be reached, or answers something else, is named', async () => {
  await refused(/Cannot ask http:\/\/127\.0\.0\.1:1 .*fetch failed/, {
    endpoint: 'http://127.0.0.1:1',
  });
  hub().answer = (_, response) => {
    sendJson(response, { id: 5 });
    return true;
  };
  await refused(/expected a commit but received undefined/);
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
  hub().storage = new URL(storage.url).origin.replace('127.0.0.1', 'localhost');
  hub().answer = (path, response) => {
    if (!path.includes('/tree/')) return false;
    response.setHeader('link', `<${hub().storage}/api/tree/>; rel="next"`);
    return false;
  };
  try {
    await download().catch(() => undefined);
    hub().answer = undefined;
    await download();
  } finally {
    await storage.stop();
  }
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.filter((token) => token !== undefined)).toEqual([]);
  expect(new Set(hub().seen.map((one) => one.token))).toEqual(new Set(['Bearer secret']));
});

test('a proxy from the environment is used, except for hosts that NO_PROXY names', async () => {
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
