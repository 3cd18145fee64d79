import type { Command } from 'commander';
import { integerFrom } from './options/numbers';
import type { ReportCommandOptions } from './report/run';

/** `metatorch report`: what saved predictions say of a model, or of two. */
export function registerReport(program: Command): void {
  program
    .command('report')
    .summary('accuracy, errors, calibration and latency of saved predictions')
    .description('accuracy, errors, calibration and latency, from the saved predictions of a run')
    .argument(
      '<predictions...>',
      'files of predictions, or - for standard input; several are runs of one model',
    )
    .option('--compare <predictions...>', 'those of another model, of the same queries in order')
    .option('--out <folder>', 'write the report there, as JSON and Markdown')
    .option('--html', 'and as one HTML page with plots')
    .option('--card', 'and a model card')
    .option('--about <file>', 'what the card says of the model: JSON or YAML')
    .option('--json', 'print one JSON object')
    .option('--no-texts', 'leave the texts of the data out')
    .option('--resamples <n>', 'draws for intervals', integerFrom(1), 1000)
    .option('--seed <n>', 'seed of those draws', integerFrom(0), 0)
    .action(async (paths: string[], options: ReportCommandOptions) => {
      // Loaded here, so that the other commands start without libtorch.
      const { runReport } = await import('./report/run.js');
      await runReport(paths, options);
    });
}
