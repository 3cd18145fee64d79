import { type Command, InvalidArgumentError, Option } from 'commander';
// Without the rest of the library, which needs libtorch.
import { downloadEncoder } from '../text/encoders/hub/download-encoder';
import { listEncoders } from '../text/encoders/hub/encoder-cache';
import { tableLines } from './terminal';

type DownloadOptions = { revision?: string; endpoint?: string; proxy?: string; offline?: boolean };

const MEGABYTE = 1e6;
const SHORT_COMMIT = 12;
/** Progress is told whenever so much more has arrived. */
const STEP = 0.1;

/** Adds `metatorch encoder download` and `metatorch encoder list`. */
export function registerEncoder(program: Command): void {
  const group = program.command('encoder').description('download encoders of texts, or list them');
  group
    .command('download')
    .summary('download an encoder from the Hugging Face Hub')
    .description('download an encoder from the Hugging Face Hub, and print its folder')
    .argument('<name>', 'for example sentence-transformers/all-MiniLM-L6-v2', nonEmpty)
    .option('--revision <revision>', 'a branch, tag or commit')
    .option('--endpoint <url>', 'a mirror of the hub')
    .option('--proxy <url>', 'a proxy for all requests')
    .addOption(
      new Option('--offline', 'use what has been downloaded alone').conflicts([
        'endpoint',
        'proxy',
      ]),
    )
    .action(async (name: string, options: DownloadOptions) => {
      console.log(await downloadEncoder(name, { ...options, onProgress: progressTeller() }));
    });
  group
    .command('list')
    .description('list the encoders that have been downloaded')
    .option('--json', 'print one JSON list')
    .action(async ({ json }: { json?: boolean }) => {
      const found = await listEncoders();
      if (json) {
        console.log(JSON.stringify(found));
        return;
      }
      if (found.length === 0) {
        console.error('No encoder has been downloaded');
        return;
      }
      const rows = found.map(({ name, commit, size, folder }) => [
        name,
        commit.slice(0, SHORT_COMMIT),
        `${(size / MEGABYTE).toFixed(1)} MB`,
        folder,
      ]);
      for (const line of tableLines(rows, 2, 3)) console.log(line);
    });
}

function progressTeller(): (progress: { file: string; loaded: number; total: number }) => void {
  let next = STEP;
  return ({ file, loaded, total }) => {
    if (loaded < next * total) return;
    next = Math.floor(loaded / total / STEP) * STEP + STEP;
    const share = Math.round((100 * loaded) / total);
    console.error(`${share} % of ${(total / MEGABYTE).toFixed(1)} MB (${file})`);
  };
}

function nonEmpty(name: string): string {
  if (name !== '') return name;
  throw new InvalidArgumentError('expected owner/name of a model');
}
