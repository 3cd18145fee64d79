import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CompressCommandOptions } from './compress/run';

const DATA = `
The test is that of the model's run. Keys of its config are flags here too:
  --evaluation.test 600 --data banking77
docs/compression.md says what to expect.`;

/** Adds `metatorch compress`: a smaller model, and what it costs. */
export function registerCompress(program: Command): void {
  program
    .command('compress')
    .argument('[arguments...]')
    .allowUnknownOption()
    .allowExcessArguments()
    .description('make a saved model smaller, and compare it with what it was')
    .usage('<model> --out <folder> [options]')
    .requiredOption('--out <folder>', 'where to save the compressed model')
    .option('--int8', 'hold the weights of linear layers in 8 bits each')
    .option('--prune <share>', 'set a share of the weights to 0, such as 0.5', share)
    .addOption(
      new Option('--method <name>', 'how --prune chooses weights').choices([
        'least-squares',
        'wanda',
        'layer',
        'global',
      ]),
    )
    .option('--embeddings', 'let --prune take the vectors of words as well')
    .option('--no-test', 'do not compare them')
    .option('--overwrite', 'replace a model that is in the folder already')
    .option('--json', 'print one JSON object')
    .addHelpText('after', DATA)
    .action(async (_: string[], options: CompressCommandOptions, command: Command) => {
      // Loaded here, so that the other commands run without libtorch.
      const { runCompress } = await import('./compress/run.js');
      await runCompress(command.args, options);
    });
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new InvalidArgumentError('Expected a number in (0, 1).');
}
