import { type Command, InvalidArgumentError } from 'commander';
import { interruptible } from './interrupt';

/** `metatorch try`: a classifier from a few examples, without a download and within seconds. */
export function registerTry(program: Command): void {
  program
    .command('try')
    .summary('teach a classifier the intents of a bank, and measure it')
    .description('teach a classifier the intents of a bank, ask it, and measure it')
    .option('--out <folder>', 'where to save the classifier', folder, 'models')
    .action(async (options: { out: string }) => {
      // Loaded here, so that the other commands run without libtorch.
      const { runTry } = await import('./try/run.js');
      await interruptible((signal) => runTry(options, signal));
    });
}

function folder(path: string): string {
  if (path !== '') return path;
  throw new InvalidArgumentError('Expected a folder.');
}
