import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** A Python script beside this folder that answers one line of JSON with another. */
export class PythonPeer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(script: string, threads: number) {
    const python = process.env.METATORCH_PYTHON ?? 'python3';
    const file = path.join(__dirname, '../peers', script);
    this.#child = spawn(python, [file, String(threads)], {
      env: {
        ...process.env,
        OMP_WAIT_POLICY: 'passive',
        OMP_NUM_THREADS: String(threads),
        ...(threads === 1 && {
          XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1',
        }),
      },
    });
    this.#child.stderr.resume();
    this.#child.stdin.on('error', () => undefined);
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** The milliseconds of `count` steps, or why there are none. */
  async run(request: Record<string, unknown>): Promise<number[] | string> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) return 'Python has no torch, or the script has ended';
    const reply = JSON.parse(value) as { ms?: number[]; error?: string };
    return reply.ms ?? reply.error ?? 'no answer';
  }

  close(): void {
    this.#child.stdin.end();
    this.#reader.close();
    this.#child.kill();
  }
}
