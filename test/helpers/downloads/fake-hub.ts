import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startServer } from './http-server';

const COMMIT = 'c0ffee'.padEnd(40, '0');

/** One request that a hub got. */
export type Seen = { path: string; range: string | undefined; token: string | undefined };

export type FakeHub = {
  url: string;
  commit: string;
  /** What the repository has; a test may change it. */
  files: Record<string, string | Buffer>;
  seen: Seen[];
  /** Instead of the usual answer to a path. True if it has answered. */
  answer?:
    | ((path: string, response: ServerResponse, request: IncomingMessage) => boolean)
    | undefined;
  /** Where files of LFS are redirected to; by default they are sent as they are. */
  storage?: string | undefined;
  stop(): Promise<void>;
};

/**
 * A hub that serves one repository, `owner/model`, as huggingface.co does: what a revision is, a list of
 * files in two pages, and files, in parts where these are asked for.
 */
export async function startHub(files: Record<string, string | Buffer>): Promise<FakeHub> {
  const hub: Omit<FakeHub, 'url' | 'stop'> = { commit: COMMIT, files: { ...files }, seen: [] };
  const server = await startServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hub');
    const path = decodeURIComponent(pathname);
    const { range, authorization: token } = request.headers;
    hub.seen.push({ path, range, token });
    if (hub.answer?.(path, response, request)) return;
    const resolved = new RegExp(`^/owner/model/resolve/${hub.commit}/(.*)$`).exec(path)?.[1];
    if (path === '/api/models/owner/model/revision/main') {
      sendJson(response, { _id: '1', id: 'owner/model', sha: hub.commit, lastModified: 0 });
    } else if (path === `/api/models/owner/model/tree/${hub.commit}`) {
      sendTree(hub, response, searchParams.get('cursor'), `http://${request.headers.host}`);
    } else if (resolved !== undefined && hub.files[resolved] !== undefined) {
      const content = Buffer.from(hub.files[resolved]);
      if (hub.storage !== undefined && isLarge(resolved)) {
        response.writeHead(302, { location: `${hub.storage}/${resolved}` }).end();
      } else sendPart(response, content, range);
    } else sendJson(response, { error: 'Not found' }, 404);
  });
  return Object.assign(hub, { url: new URL(server.url).origin, stop: server.stop });
}

export function sendPart(response: ServerResponse, content: Buffer, range?: string): void {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const headers = { 'content-length': content.length - from };
  if (from === 0) response.writeHead(200, headers);
  else {
    const part = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { ...headers, 'content-range': part });
  }
  response.end(content.subarray(from));
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function isLarge(path: string): boolean {
  return path.endsWith('.safetensors');
}

function sendTree(
  hub: Pick<FakeHub, 'files' | 'commit'>,
  response: ServerResponse,
  cursor: string | null,
  origin: string,
): void {
  const entries = Object.entries(hub.files).map(([path, content]) => {
    const bytes = Buffer.from(content);
    const { length } = bytes;
    const oid = createHash('sha1').update(`blob ${length}\0`).update(bytes).digest('hex');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const entry = { type: 'file', path, size: length, oid };
    return isLarge(path) ? { ...entry, lfs: { oid: sha256, size: length, pointerSize: 1 } } : entry;
  });
  const half = Math.ceil(entries.length / 2);
  if (cursor !== null) {
    sendJson(response, entries.slice(half));
    return;
  }
  const next = `${origin}/api/models/owner/model/tree/${hub.commit}?cursor=2`;
  response.setHeader('link', `<${next}>; rel="next"`);
  sendJson(response, entries.slice(0, half));
}
