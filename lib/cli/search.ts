import type { Command } from 'commander';

/** `metatorch search`: the keys of a config with the best accuracy in validation. */
export function registerSearch(program: Command): void {
  program
    .command('search')
    .summary('try values of config keys, and print the best in validation')
    .description('try values of config keys, and print which are best in validation')
    .argument('<study.yaml>', 'a config with a section search; see docs/search.md')
    .option('--quiet', 'show no progress')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: { quiet?: boolean; json?: boolean }) => {
      // Loaded here, so that the other commands run without libtorch.
      const { runSearch } = await import('./search/run.js');
      await runSearch(file, options);
    });
}
