import type { HttpServer } from './http/http-server';
import type { ServerOptions } from './http/options';
import type * as Http from './http/server';
import type { Servable } from './servable';
import type { Classifiers } from './store/classifiers';

/**
 * An HTTP server for classifiers, as an instance of Fastify that does not listen yet.
 *
 *     const server = createServer({ cards, loans });
 *     await server.listen({ port: 8080 });
 *
 * Each classifier is a tenant, which sees its own examples alone. `server.close()` answers what is under way,
 * then frees what is the server's own: classifiers that it was given stay the caller's to close. Changes last
 * as long as the process, or as the disk if `classifiers` is a `ClassifierStore`.
 *
 * It needs packages that are not installed with this one:
 *
 *     npm install fastify @fastify/rate-limit @fastify/swagger prom-client
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong classifier, name or option; TorchError
 *   `ERR_TORCH_PACKAGE_MISSING` without those packages
 */
export function createServer<S extends HttpServer = HttpServer>(
  classifiers: Readonly<Record<string, Servable>> | Classifiers,
  options?: ServerOptions,
): S;
export function createServer(
  classifiers: Readonly<Record<string, Servable>> | Classifiers,
  options?: ServerOptions,
): HttpServer {
  return loadHttp().createServer(classifiers, options);
}

/** Fastify and the metrics take a fifth of all the time to load, which most programs need not spend. */
function loadHttp(): typeof Http {
  return require('./http/server');
}
