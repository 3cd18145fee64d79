import type * as Http from './http/server';

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
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong classifier, name or option
 */
export const createServer: typeof Http.createServer = (...args) => loadHttp().createServer(...args);

/** Fastify and the metrics take a fifth of all the time to load, which most programs need not spend. */
function loadHttp(): typeof Http {
  return require('./http/server');
}
