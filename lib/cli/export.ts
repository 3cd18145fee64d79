import type { Command } from 'commander';

/** Adds `metatorch export`: a model as an ONNX file. */
export function registerExport(program: Command): void {
  program
    .command('export')
    .summary('write an encoder or a saved classifier as an ONNX file')
    .description('write an encoder, or a saved classifier with its encoder, as an ONNX file')
    .argument(
      '<model>',
      'a folder that a classifier was saved in, or an encoder: a folder or a name',
    )
    .argument('<file>', 'where to write, for example intents.onnx')
    .option('--json', 'print one JSON object')
    .action(async (model: string, file: string, options: { json?: boolean }) => {
      // Loaded here, so that the other commands run without libtorch.
      const { runExport } = await import('./export/run.js');
      await runExport(model, file, options);
    });
}
