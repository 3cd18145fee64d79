import { type Command, Option } from 'commander';
import { requireBeside } from './options/fitting-options';
import type { AdaptCommandOptions } from './runs/adapt';
import type { EvaluateOptions } from './runs/evaluate';
import type { TrainCommandOptions } from './runs/train';

const KEYS = `
Every key of a config is a flag too, dotted where it is inside of another:
  --data banking77 --learner maml --learner.innerSteps 5 --episodes.ways 10
  --encoder.kind frozen --optimizer.learningRate 0.001 --evaluation.shots 1,5
  --seeds 1,2,3 --preset quick --out runs/mine
docs/training.md lists them all.`;

const ASKED = `
Keys of a config that say what is asked are flags too:
  --data banking77 --splits.seed 3 --features cache --episodes.ways 10
  --evaluation.test 600 --evaluation.shots 1,5 --evaluation.queries 10
docs/training.md lists them all.`;

/** Adds `metatorch train`, `evaluate`, `adapt`, `predict`, `compare` and `models`. */
export function registerRuns(program: Command): void {
  addTrain(program);
  addTests(program);
  addUses(program);
  const models = program.command('models').description('list saved models, or look into one');
  models
    .command('list')
    .description('list the models in folders')
    .argument('[folders...]', 'where to look; models and runs if none is named')
    .option('--json', 'print one JSON list')
    .action(async (folders: string[], { json }: { json?: boolean }) => {
      const { listModels } = await import('./runs/models.js');
      listModels(folders, json === true);
    });
  models
    .command('info')
    .description('print all that is known of a model, as JSON')
    .argument('<model>', 'its folder')
    .action(async (folder: string) => {
      const { showModel } = await import('./runs/models.js');
      showModel(folder);
    });
}

function addTrain(program: Command): void {
  open(program.command('train'))
    .description('meta-train what a config says, test it, and save it')
    .usage('[config.yaml] [--key value …] [options]')
    .addOption(
      new Option(
        '--resume',
        'go on from the latest checkpoint, or begin if there is none',
      ).conflicts('overwrite'),
    )
    .option('--overwrite', 'replace a model that is in the folder already')
    .addOption(
      new Option('--print', 'print the config in full, with all defaults, and end').conflicts(
        'json',
      ),
    )
    .option('--quiet', 'show no progress')
    .option('--json', 'print one JSON object')
    .option('--processes <count>', 'share the work among processes of this machine')
    .option('--rank-timeout <seconds>', 'how long processes wait for each other; 1800')
    .addHelpText('after', KEYS)
    .action(async (_: string[], options: TrainCommandOptions, command: Command) => {
      const several = Number(options.processes ?? process.env['WORLD_SIZE'] ?? 1) !== 1;
      requireBeside(command, ['rankTimeout'], '--processes <count>', several);
      // Loaded here, so that the other commands run without libtorch.
      const { runTrain } = await import('./runs/train.js');
      await runTrain(command.args, options);
    });
}

function addTests(program: Command): void {
  open(program.command('evaluate'))
    .description('test a model on classes that it has not seen')
    .usage('<model> [--key value …] [options]')
    .option(
      '--predictions <folder>',
      'where to write what was asked and answered; else beside the model, unless --data is other data',
    )
    .option('--no-predictions', 'do not write it')
    .option('--json', 'print one JSON object')
    .addHelpText('after', ASKED)
    .action(async (_: string[], options: EvaluateOptions, command: Command) => {
      const { runEvaluate } = await import('./runs/evaluate.js');
      await runEvaluate(command.args, options);
    });
  open(program.command('compare'))
    .description('test models on the same episodes, and say how they differ')
    .usage('<model> <model…> [--key value …] [options]')
    .option('--json', 'print one JSON object')
    .addHelpText('after', ASKED)
    .action(async (_: string[], options: { json?: boolean }, command: Command) => {
      const { runCompare } = await import('./runs/evaluate.js');
      await runCompare(command.args, options);
    });
}

function addUses(program: Command): void {
  program
    .command('adapt')
    .description('adapt a model to labels of your own, and save it so')
    .argument('<model>', 'its folder')
    .argument('<examples>', 'a file { label: [text, …] }, or a table with text and label')
    .requiredOption('--out <folder>', 'where to save the adapted model')
    .option('--overwrite', 'replace a model that is in the folder already')
    .option('--json', 'print one JSON object')
    .action(async (model: string, examples: string, options: AdaptCommandOptions) => {
      const { runAdapt } = await import('./runs/adapt.js');
      await runAdapt(model, examples, options);
    });
  program
    .command('predict')
    .description('print the label of each line of a file, or of standard input')
    .argument('<model>', 'the folder of an adapted model')
    .argument('[file]', 'a text a line, but for empty ones; standard input if left out, or -')
    .option('--examples <file>', 'adapt the model to these examples first')
    .option('--json', 'print a JSON object a line')
    .action(
      async (
        model: string,
        file: string | undefined,
        options: { examples?: string; json?: boolean },
      ) => {
        const { runPredict } = await import('./runs/adapt.js');
        await runPredict(model, file, options);
      },
    );
}

/** A command that takes any flag: which are valid is said by the schema of configs. */
function open(command: Command): Command {
  return command.argument('[arguments...]').allowUnknownOption().allowExcessArguments();
}
