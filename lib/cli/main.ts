#!/usr/bin/env node
import { Command } from 'commander';
import { TorchError } from '../errors';
import { packageVersion } from '../package-version';
import { registerDatasets } from './datasets';
import { registerDemo } from './demo';
import { registerDoctor } from './doctor';
import { registerEncoder } from './encoder';
import { registerLibtorch } from './libtorch';
import { registerReport } from './report';
import { registerServe } from './serve';
import { registerTry } from './try';

/** The command line: one file per command, each of which adds itself to the program. */
function createProgram(): Command {
  const program = new Command('metatorch')
    .description('libtorch in Node.js, and meta-learning for text on top of it')
    .version(packageVersion());
  registerTry(program);
  registerDemo(program);
  registerDatasets(program);
  registerDoctor(program);
  registerEncoder(program);
  registerLibtorch(program);
  registerReport(program);
  registerServe(program);
  return program;
}

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    // A failure around metatorch is reported as a message; a mistake inside it with its stack.
    console.error(error instanceof TorchError ? error.message : error);
    process.exitCode = 1;
  });
