import type { Server } from 'node:http';

/**
 * What most programs use of a server, which is an instance of Fastify. For all of it write
 * `createServer<FastifyInstance>(…)`, with the type of the package `fastify`.
 */
export type HttpServer = {
  /** Listens, and fulfils its promise with the address. */
  listen(options: { port?: number; host?: string }): Promise<string>;
  /** Answers what is under way, then frees everything. */
  close(): PromiseLike<unknown>;
  /** Node's own server. */
  readonly server: Server;
};
