import { packageError } from '../optional-packages';

/** What of undici is used: Node's own fetch is made of it, but has no way to a proxy before Node 24. */
type Undici = {
  fetch: typeof fetch;
  EnvHttpProxyAgent: new (options: {
    httpProxy?: string | undefined;
    httpsProxy?: string | undefined;
    noProxy?: string | undefined;
  }) => object;
};

/** Where requests go through: the same proxy for all of them, or what the environment says. */
export type ProxySettings = { readonly proxy: string | undefined; readonly env: NodeJS.ProcessEnv };

/**
 * `fetch`, by way of a proxy if there is one. `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count in capitals
 * and in small letters.
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` if there is a proxy but the package for it is not installed
 */
export function fetchThrough({ proxy, env }: ProxySettings): typeof fetch {
  const noProxy = env.no_proxy ?? env.NO_PROXY;
  const httpProxy = proxy ?? env.http_proxy ?? env.HTTP_PROXY;
  const httpsProxy = proxy ?? env.https_proxy ?? env.HTTPS_PROXY;
  if (!httpProxy && !httpsProxy) return fetch;
  const undici = loadUndici(httpsProxy || httpProxy || '');
  const dispatcher = new undici.EnvHttpProxyAgent({
    httpProxy: httpProxy || undefined,
    httpsProxy: httpsProxy || undefined,
    noProxy: proxy === undefined ? noProxy : '',
  });
  return (input, init) => undici.fetch(input, { ...init, dispatcher } as RequestInit);
}

function loadUndici(proxy: string): Undici {
  try {
    return require('undici');
  } catch (cause) {
    throw packageError(cause, ['undici'], `The proxy ${withoutPassword(proxy)}`);
  }
}

function withoutPassword(proxy: string): string {
  return proxy.replace(/\/\/[^@/]*@/, '//');
}
