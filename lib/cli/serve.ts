import { type Command, InvalidArgumentError } from 'commander';
import { integerFrom } from './options/numbers';

/** Collects `--token cards=secret`. */
function token(text: string, before: Record<string, string[]> = {}): Record<string, string[]> {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) {
    throw new InvalidArgumentError('Expected <classifier>=<token>, or *=<token> for all.');
  }
  const name = text.slice(0, at);
  return { ...before, [name]: [...(before[name] ?? []), text.slice(at + 1)] };
}

const MOST = 2 ** 31 - 1;

/** `metatorch serve`: classifiers over HTTP, with a playground. */
export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('serve few-shot classifiers over HTTP, with a playground')
    .argument(
      '[paths...]',
      'saved classifiers and models, files of examples { label: [text, …] }, or a store',
    )
    .option('--store <folder>', 'keep the classifiers here, with all they learn')
    .option('--model <folder>', 'a meta-trained model that adapts to examples')
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--port <n>', 'port to listen at; 0 takes a free one', integerFrom(0, 65535), 8080)
    .option('--token <classifier=token>', 'bearer token of a classifier, * for all', token)
    .option('--rate-limit <n>', 'requests a minute for each address', integerFrom(1, MOST))
    .option('--max-labels <n>', 'labels that a classifier may learn', integerFrom(2, MOST))
    .option('--max-examples <n>', 'examples that a classifier may learn', integerFrom(2, MOST))
    .option('--max-text-length <n>', 'characters of a text or label', integerFrom(1, MOST))
    .option('--trust-proxy', 'take the address of a client from X-Forwarded-For')
    .option('--workers <n>', 'threads that answer', integerFrom(1, 1024), 1)
    .option('--drain <ms>', 'on SIGTERM, answer on for so long', integerFrom(0, MOST), 0)
    .option('--no-playground', 'do not show the playground at /')
    .option('--log <level>', 'silent, error, warn or info', 'info')
    .action(async (paths: string[], options) => {
      // Loaded here, so that the other commands run without libtorch.
      const { runServe } = await import('./serve/run.js');
      await runServe(paths, options);
    });
}
