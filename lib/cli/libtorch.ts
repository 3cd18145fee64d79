import type { Command } from 'commander';
import { type Flavour, fetchLibtorch, requestedDevice, requireLibtorch } from '../libtorch';

interface LibtorchOptions {
  cuda?: boolean;
}

/** Adds `metatorch libtorch install` and `metatorch libtorch path`. */
export function registerLibtorch(program: Command): void {
  const group = program.command('libtorch').description('fetch libtorch, or show where it is');
  group
    .command('install')
    .description("fetch libtorch into metatorch's cache unless it is there")
    .option('--cuda', 'the build with CUDA, a download of several gigabytes')
    .action(async (options: LibtorchOptions) => {
      const log = (line: string) => console.error(line);
      const { root, version, flavour } = await fetchLibtorch({ device: deviceOf(options), log });
      console.log(`libtorch ${version} ${flavour} is at ${root}`);
    });
  group
    .command('path')
    .description('print the folder of the libtorch that metatorch would use')
    .option('--cuda', 'the one that it would use for CUDA')
    .action((options: LibtorchOptions) => {
      console.log(requireLibtorch({ device: deviceOf(options) }).root);
    });
}

function deviceOf(options: LibtorchOptions): Flavour {
  return options.cuda === true ? 'cuda' : requestedDevice();
}
