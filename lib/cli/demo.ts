import { type Command, InvalidArgumentError } from 'commander';

function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a positive integer.');
}

/** `metatorch demo`: the whole way from data to a saved and adapted classifier. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('meta-train few-shot text classifiers on WordNet and try them on unseen classes')
    .option('--steps <n>', 'meta-training steps', positiveInteger, 800)
    .option('--episodes <n>', 'episodes for each accuracy', positiveInteger, 600)
    .option('--seed <n>', 'seed of everything random', positiveInteger, 1)
    .option('--out <folder>', 'where to save the model', 'models')
    .action(async (options: { steps: number; episodes: number; seed: number; out: string }) => {
      // Loaded here, so that the other commands run without libtorch.
      const { runDemo } = await import('./demo/run.js');
      await runDemo(options);
    });
}
