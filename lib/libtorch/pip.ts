import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TorchError } from '../errors';

const OUTPUT_LIMIT = 1_000_000;
const SHOWN_LINES = 12;

/** A pip run: which requirements to download as wheels, and to where. */
export interface PipDownload {
  python: string;
  requirements: readonly string[];
  folder: string;
  /** Download what the requirements depend on too. */
  dependencies: boolean;
  /** An index to ask beside those that the user's pip is configured for. */
  extraIndex?: string;
  env: NodeJS.ProcessEnv;
}

/**
 * Lets pip download wheels without installing them, and returns the paths of all wheels then in
 * the folder. pip's own output is kept back unless it fails: its warnings about an index that
 * does not answer are not the user's concern when another one does.
 *
 * @throws TorchError `ERR_TORCH_DOWNLOAD` with the end of pip's output.
 */
export async function pipDownload(options: PipDownload): Promise<string[]> {
  const { status, output } = await run(options.python, argumentsOf(options), options.env);
  if (status !== 0) {
    const end = output.trim().split('\n').slice(-SHOWN_LINES).join('\n');
    throw new TorchError(
      'ERR_TORCH_DOWNLOAD',
      `pip could not download ${options.requirements.join(' ')}:\n${end}`,
    );
  }
  const names = await readdir(options.folder);
  return names.filter((name) => name.endsWith('.whl')).map((name) => join(options.folder, name));
}

function argumentsOf(options: PipDownload): string[] {
  const args = ['-m', 'pip', 'download', '--only-binary=:all:', '--retries', '1'];
  args.push('--no-input', '--disable-pip-version-check', '--progress-bar', 'off');
  if (!options.dependencies) args.push('--no-deps');
  if (options.extraIndex !== undefined) args.push('--extra-index-url', options.extraIndex);
  args.push('--dest', options.folder, ...options.requirements);
  return args;
}

function run(program: string, args: string[], env: NodeJS.ProcessEnv) {
  return new Promise<{ status: number | null; output: string }>((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-OUTPUT_LIMIT);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ status: null, output: error.message }));
    child.on('close', (status) => resolve({ status, output }));
  });
}
