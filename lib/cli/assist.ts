import { type Command, Option } from 'commander';
import { requireBeside } from './options/fitting-options';
import { integerFrom, numberFrom } from './options/numbers';

/** `metatorch assist`: answers customers. */
export function registerAssist(program: Command): void {
  program
    .command('assist')
    .description('answer customers by intent, by past answers, or by handing over')
    .argument('<definition.json>', 'intents with examples and answers; see docs/tasks/service.md')
    .option('--folder <folder>', 'keep here what it learns')
    .addOption(
      new Option('--risk <share>', 'wrong answers that are accepted')
        .argParser(numberFrom(0.001, 0.999))
        .default(0.1)
        .conflicts('threshold'),
    )
    .option('--threshold <p>', 'answer from this probability on', numberFrom(0, 1))
    .option('--encoder <name>', 'a name or folder of an encoder')
    .option('--owner <name>', 'whose words these are')
    .addOption(
      new Option('--port <n>', 'serve over HTTP instead')
        .argParser(integerFrom(0, 65535))
        .conflicts(['owner', 'json']),
    )
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--json', 'print a JSON object for each reply')
    .action(async (definition: string, options, command: Command) => {
      requireBeside(command, ['host'], '--port <n>', options.port !== undefined);
      // Loaded here, so that the other commands run without libtorch.
      const { runAssist } = await import('./tasks/assist.js');
      await runAssist(definition, options);
    });
}
