import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/** A program that answers one line of JSON with another. */
export class PeerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env } });
    if (process.env.METATORCH_PEER_ERRORS === undefined) this.#child.stderr.resume();
    else this.#child.stderr.pipe(process.stderr);
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', () => undefined);
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** The milliseconds that it took, or why there are none. */
  async run(request: Record<string, unknown>): Promise<number[] | string> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) return 'what it needs is missing, or the script has ended';
    const reply = JSON.parse(value) as { ms?: number[]; error?: string };
    return reply.ms ?? reply.error ?? 'no answer';
  }

  close(): void {
    this.#child.stdin.end();
    this.#reader.close();
    this.#child.kill();
  }
}
