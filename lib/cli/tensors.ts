import { type Command, InvalidArgumentError } from 'commander';
import { requireBeside } from './options/fitting-options';

type Options = { json?: boolean; rtol?: number; atol?: number };

/** Adds `metatorch tensors`: what is in a file of tensors, and whether two files hold the same. */
export function registerTensors(program: Command): void {
  program
    .command('tensors')
    .description('list the tensors of a file, or compare those of two files')
    .argument('<file>', 'a .safetensors, .npz or .npy file')
    .argument('[other]', 'a file that should hold the same')
    .option('--rtol <number>', 'differences allowed, relative (default: 1.3e-6)', tolerance)
    .option('--atol <number>', 'differences allowed, absolute (default: 1e-5)', tolerance)
    .option('--json', 'print one JSON object')
    .action(async (file: string, other: string | undefined, options: Options, command: Command) => {
      requireBeside(command, ['rtol', 'atol'], '[other]', other !== undefined);
      // Loaded here, so that the other commands start without libtorch.
      const { compare, list } = await import('./tensors/run.js');
      if (other === undefined) await list(file, options);
      else await compare(file, other, options);
    });
}

function tolerance(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0) return value;
  throw new InvalidArgumentError('Expected a number of at least 0.');
}
