import type { FastifyInstance, FastifyRequest } from 'fastify';
import { describe } from '../../errors';
import { nearestName } from '../../nearest-name';
import { HttpError, notFound } from './http-error';

/** All addresses of a server, as patterns such as `/v1/classifiers/:name`, with their methods. */
export class Addresses {
  readonly #methods = new Map<string, Set<string>>();

  /** Learns of the routes that are added from now on. */
  follow(server: FastifyInstance): void {
    server.addHook('onRoute', ({ url, method }) => {
      const methods = this.#methods.get(url) ?? new Set();
      this.#methods.set(url, methods);
      for (const one of [method].flat()) methods.add(one);
    });
  }

  /** Why a request has no route: another method is wanted there, or nothing is at its address. */
  refusal({ method, url }: FastifyRequest): HttpError {
    const path = url.split('?', 1)[0] ?? '';
    const known = [...this.#methods].find(([pattern]) => fits(path, pattern));
    if (known !== undefined) return methodNotAllowed(known, method);
    const near = nearestName(path, this.#methods.keys());
    const offer = near === undefined ? '/openapi.json has them' : `the nearest is ${near}`;
    return notFound(
      `Expected an address of this server for the path but received ${describe(path)}; ${offer}`,
    );
  }
}

function methodNotAllowed([pattern, methods]: [string, Set<string>], method: string): HttpError {
  const allowed = [...methods].sort();
  const message = `Expected ${allowed.join(' or ')} for the method of ${pattern} but received ${describe(method)}`;
  return new HttpError(405, 'ERR_HTTP_METHOD', message, { allow: allowed.join(', ') });
}

/** True if a path is one of a pattern's. */
function fits(path: string, pattern: string): boolean {
  const [parts, wanted] = [path.split('/'), pattern.split('/')];
  if (parts.length !== wanted.length) return false;
  return wanted.every((part, i) => (part.startsWith(':') ? parts[i] !== '' : part === parts[i]));
}
