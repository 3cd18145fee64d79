#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { TorchError } from '../errors';
import { packageVersion } from '../package-version';
import { registerAssist } from './assist';
import { registerAudit } from './audit';
import { endWithReaders } from './closed-pipe';
import { registerCompletion } from './completion';
import { registerCompress } from './compress';
import { registerDatasets } from './datasets';
import { registerDemo } from './demo';
import { registerDoctor } from './doctor';
import { registerEncoder } from './encoder';
import { registerExport } from './export';
import { registerLibtorch } from './libtorch';
import { registerMonitor } from './monitor';
import { registerReport } from './report';
import { registerRuns } from './runs';
import { registerSearch } from './search';
import { registerServe } from './serve';
import { registerTensors } from './tensors';
import { registerTry } from './try';

/** The command line: one file per command, each of which adds itself to the program. */
function createProgram(): Command {
  const program = new Command('metatorch')
    .description('libtorch in Node.js, and meta-learning for text on top of it')
    .version(packageVersion())
    // Before commands are added, which inherit both: help fits 80 columns, and their errors are ours to end with.
    .configureHelp({ subcommandTerm: (command) => command.name(), minWidthToWrap: 20 })
    .exitOverride();
  registerTry(program);
  registerCompress(program);
  registerDemo(program);
  registerAssist(program);
  registerAudit(program);
  registerDatasets(program);
  registerDoctor(program);
  registerEncoder(program);
  registerLibtorch(program);
  registerMonitor(program);
  registerReport(program);
  registerRuns(program);
  registerSearch(program);
  registerServe(program);
  registerTensors(program);
  registerExport(program);
  registerCompletion(program);
  return program;
}

/** A command that did not succeed, and one that cannot be meant. */
const FAILED = 1;
const WRONG_USAGE = 2;

/**
 * Runs a command line, says what is wrong with it, and gives the status to end with: 0, unless the command has
 * set `process.exitCode` itself.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said what is wrong with the command line, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    // A failure around metatorch is reported as a message; a mistake inside it with its stack.
    console.error(error instanceof TorchError ? error.message : error);
    const isUsage = error instanceof TorchError && error.code === 'ERR_TORCH_ARGUMENT';
    return isUsage ? WRONG_USAGE : FAILED;
  }
}

// Tests run many command lines in one process.
if (require.main === module) {
  endWithReaders();
  runProgram(process.argv.slice(2)).then((status) => {
    if (status !== 0) process.exitCode = status;
  });
}
