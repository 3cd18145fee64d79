import type { Command } from 'commander';
import { interruptible } from './interrupt';
import { integerFrom } from './options/numbers';

/** `metatorch demo`: the whole way from data to a saved and adapted classifier. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('meta-train classifiers on WordNet, and try them on new classes')
    .description('meta-train few-shot text classifiers on WordNet and try them on unseen classes')
    .option('--steps <n>', 'meta-training steps', integerFrom(1), 800)
    .option('--episodes <n>', 'episodes for each accuracy', integerFrom(2), 600)
    .option('--seed <n>', 'seed of everything random', integerFrom(0), 1)
    .option('--out <folder>', 'where to save the model', 'models')
    .action(async (options: { steps: number; episodes: number; seed: number; out: string }) => {
      // Loaded here, so that the other commands run without libtorch.
      const { runDemo } = await import('./demo/run.js');
      await interruptible((signal) => runDemo(options, signal));
    });
}
