import { type Command, Option } from 'commander';

type GetOptions = {
  from?: string;
  offline?: boolean;
  mirror?: string;
  proxy?: string;
};
type SheetOptions = { json?: boolean; text?: string; label?: string; split?: string };

/** Options of downloads. */
const NETWORK = ['mirror', 'proxy'];

/** Loaded when they are needed, so that the other commands start without libtorch. */
const commands = () => import('./datasets/run.js');

/** Adds `metatorch datasets list`, `info`, `get`, `path` and `sheet`. */
export function registerDatasets(program: Command): void {
  const group = program
    .command('datasets')
    .summary('published data sets: list, get and look into them')
    .description('published data sets for few-shot learning: list, get and look into them');
  group
    .command('list')
    .description('list the data sets of the catalogue')
    .action(async () => (await commands()).list());
  group
    .command('info')
    .description('show source, licence, splits and files of a data set')
    .argument('<name>', 'for example banking77')
    .option('--json', 'print one JSON object')
    .action(async (name: string, { json }: { json?: boolean }) =>
      (await commands()).info(name, json === true),
    );
  group
    .command('get')
    .description('download a data set, and print its folder')
    .argument('<name>', 'for example banking77')
    .addOption(
      new Option(
        '--from <folder>',
        'copy the files from a folder that has them, instead of downloading',
      ).conflicts(NETWORK),
    )
    .option('--mirror <url>', 'an address below which <name>/<file> are')
    .option('--proxy <url>', 'a proxy for all requests')
    .addOption(new Option('--offline', 'use what has been downloaded alone').conflicts(NETWORK))
    .action(async (name: string, options: GetOptions) => (await commands()).get(name, options));
  group
    .command('path')
    .description('print the folder of a data set that has been downloaded')
    .argument('<name>', 'for example banking77')
    .action(async (name: string) => (await commands()).path(name));
  group
    .command('sheet')
    .summary('sizes, duplicates, overlaps and suspicious labels of texts')
    .description(
      'sizes, lengths, duplicates, overlaps and suspicious labels of a file or folder of texts',
    )
    .argument('<path>', 'the file or folder')
    .option('--text <column>', 'the column or key of the text')
    .option('--label <column>', 'the column or key of the label')
    .option('--split <column>', 'the column or key of the split')
    .option('--json', 'print one JSON object')
    .action(async (path: string, options: SheetOptions) => (await commands()).sheet(path, options));
}
