import type { Command } from 'commander';

/** `metatorch audit`: what a saved classifier holds, gives away and does to groups; and forgetting. */
export function registerAudit(program: Command): void {
  program
    .command('audit')
    .summary('say what a saved classifier holds, and how fair it is')
    .description('say what a saved classifier holds of its examples, and how fair it is')
    .argument('<classifier>', 'its folder')
    .argument('[texts.json]', 'held out: [{ text, label, groups: { column: value } }, …]')
    .option('--label <label>', 'the answer that matters to groups')
    .option('--explain <text>', 'say why a text has its label')
    .option('--forget <owner>', 'forget all examples of an owner, and save the rest')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, texts: string | undefined, options) => {
      // Loaded here, so that the other commands run without libtorch.
      const { runAudit } = await import('./audit/run.js');
      await runAudit(folder, texts, options);
    });
}
