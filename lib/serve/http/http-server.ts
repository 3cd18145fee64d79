import type { Server } from 'node:http';

/**
 * What most programs use of a server, which is an instance of Fastify. Its types are in the package `fastify`,
 * and are had by `createServer<FastifyInstance>(…)`.
 */
export type HttpServer = {
  /** Listens, and fulfils its promise with the address. */
  listen(options: { port?: number; host?: string }): Promise<string>;
  /** Answers what is under way, then frees everything. */
  close(): PromiseLike<unknown>;
  /** Node's own server. */
  readonly server: Server;
};
