import type { Command } from 'commander';
import { integerFrom, numberFrom } from './numbers';

/** `metatorch assist`: answers customers. */
export function registerAssist(program: Command): void {
  program
    .command('assist')
    .description('answer customers by intent, by past answers, or by handing over')
    .argument('<definition.json>', 'intents with examples and answers; see docs/tasks/service.md')
    .option('--folder <folder>', 'keep here what it learns')
    .option('--risk <share>', 'wrong answers that are accepted', numberFrom(0.001, 0.999), 0.1)
    .option('--threshold <p>', 'answer from this probability on', numberFrom(0, 1))
    .option('--encoder <name>', 'a name or folder of an encoder')
    .option('--owner <name>', 'whose words these are')
    .option('--port <n>', 'serve over HTTP instead', integerFrom(0, 65535))
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--json', 'print a JSON object for each reply')
    .action(async (definition: string, options) => {
      // Loaded here, so that the other commands run without libtorch.
      const { runAssist } = await import('./tasks/assist.js');
      await runAssist(definition, options);
    });
}
