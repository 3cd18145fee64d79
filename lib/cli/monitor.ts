import type { Command } from 'commander';
import { requireBeside } from './options/fitting-options';
import { integerFrom, numberFrom } from './options/numbers';

/** `metatorch monitor`: watches a stream of opinions. */
export function registerMonitor(program: Command): void {
  program
    .command('monitor')
    .summary('tell when a topic in a stream of texts is spoken of worse')
    .description('watch a stream of texts, and tell when a topic is spoken of worse than usual')
    .argument(
      '<examples.json>',
      '{ topics: { label: [text, …] }, sentiment: { label: [text, …] } }',
    )
    .argument(
      '[stream]',
      'a file with a JSON object { id, text, time } a line; - for standard input',
    )
    .option('--folder <folder>', 'where what was seen is kept', 'monitor')
    .option('--negative <label>', 'the sentiment that is watched', 'negative')
    .option('--false-alarms <n>', 'items from one to the next', numberFrom(100, 1e9), 10_000)
    .option('--lateness <s>', 'seconds that items wait for earlier ones', numberFrom(0, 1e9), 0)
    .option('--baseline <n>', 'items that a baseline is of at least', integerFrom(50, 1000), 200)
    .option('--port <n>', 'take items over HTTP too, and show curves', integerFrom(0, 65535))
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--json', 'print alerts as JSON, a line each, and what was seen last')
    .action(async (examples: string, stream: string | undefined, options, command: Command) => {
      requireBeside(command, ['host'], '--port <n>', options.port !== undefined);
      // Loaded here, so that the other commands run without libtorch.
      const { runMonitor } = await import('./tasks/monitor.js');
      await runMonitor(examples, stream, options);
    });
}
