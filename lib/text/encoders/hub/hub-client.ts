import { TorchError } from '../../../errors';
import { messageOf } from '../../../libtorch/reasons';
import type { HubFile } from './encoder-files';

/** How a hub is reached. */
export type Hub = {
  /** `https://host`, without a slash at its end. */
  readonly endpoint: string;
  /** Sent to the endpoint's own host alone. */
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal | undefined;
};

/** A repository at one commit. */
export type Repository = {
  readonly name: string;
  readonly commit: string;
  readonly files: readonly HubFile[];
};

const COMMIT = /^[0-9a-f]{40}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** A request to a hub. Whatever a page or an answer names, the token stays with the endpoint. */
export function request(hub: Hub, url: string, headers: Record<string, string> = {}) {
  const isOwn = new URL(url).origin === new URL(hub.endpoint).origin;
  const own = isOwn && hub.token ? { ...headers, authorization: `Bearer ${hub.token}` } : headers;
  return hub.fetch(url, { headers: own, ...(hub.signal && { signal: hub.signal }) });
}

/**
 * The files of a repository at what a branch, tag or commit is now.
 *
 * @throws TorchError `ERR_TORCH_DOWNLOAD` if the hub refuses, cannot be reached, or answers something else
 */
export async function findRepository(
  hub: Hub,
  name: string,
  revision: string,
): Promise<Repository> {
  const model = `${hub.endpoint}/api/models/${name}`;
  try {
    const { body } = await ask(hub, `${model}/revision/${encodeURIComponent(revision)}`);
    const { sha }: { sha?: unknown } = Object(body);
    if (typeof sha !== 'string' || !COMMIT.test(sha)) {
      throw new Error(`expected a commit but received ${JSON.stringify(sha)}`);
    }
    const files: HubFile[] = [];
    let url: string | undefined = `${model}/tree/${sha}?recursive=true`;
    while (url !== undefined) {
      const page = await ask(hub, url);
      if (!Array.isArray(page.body)) throw new Error('expected a list of files');
      files.push(...page.body.filter((entry) => entry?.type === 'file').map(fileOf));
      url = page.next;
    }
    return { name, commit: sha, files };
  } catch (cause) {
    hub.signal?.throwIfAborted();
    if (cause instanceof StatusError) throw refusal(hub, name, revision, cause.status, cause);
    const message = `Cannot ask ${hub.endpoint} for ${name} at ${revision}: ${messageOf(cause)}`;
    throw new TorchError('ERR_TORCH_DOWNLOAD', message, { cause });
  }
}

/** What it means that a hub answers with a status. */
export function refusal(
  hub: Hub,
  name: string,
  revision: string,
  status: number,
  cause?: unknown,
): TorchError {
  const what = `${name} at ${revision}`;
  const how = `${hub.endpoint} answered ${status}`;
  return new TorchError(
    'ERR_TORCH_DOWNLOAD',
    status === 401 || status === 403
      ? `Access to ${what} was refused: it is private, gated or does not exist. Accept its conditions on its page if it has some, and set HF_TOKEN to a token that may read it (${how})`
      : status === 404
        ? `Expected the name and revision of a model but there is no ${what} (${how})`
        : `Cannot download ${what}: ${how}`,
    cause === undefined ? {} : { cause },
  );
}

/** An answer other than what was asked for. */
class StatusError extends Error {
  readonly status: number;

  constructor(url: string, status: number) {
    super(`${url} answered ${status}`);
    this.status = status;
  }
}

/** What a hub answers, and where it goes on if that is a page of several. */
async function ask(hub: Hub, url: string): Promise<{ body: unknown; next: string | undefined }> {
  const response = await request(hub, url);
  if (!response.ok) throw new StatusError(url, response.status);
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  return { body: await response.json(), next };
}

type Entry = { path: string; size: number; oid?: string; lfs?: { oid: string; size: number } };

function fileOf({ path, size, oid, lfs }: Entry): HubFile {
  const digest =
    lfs === undefined
      ? ({ algorithm: 'git', hex: oid ?? '' } as const)
      : ({ algorithm: 'sha256', hex: lfs.oid } as const);
  const bytes = lfs?.size ?? size;
  const pattern = digest.algorithm === 'git' ? COMMIT : SHA256;
  if (typeof path === 'string' && Number.isSafeInteger(bytes) && pattern.test(digest.hex)) {
    return { path, size: bytes, digest };
  }
  throw new Error(`expected size and digest of ${JSON.stringify(path)}`);
}
