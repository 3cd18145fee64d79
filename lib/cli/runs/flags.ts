import { parse } from 'yaml';
import { TorchError } from '../../errors';
import { atKeys, type ConfigTree, merged } from '../../train/runs/merge-configs';

/** What is left on a command line beside the options that a command declares. */
export type Flags = {
  /** Arguments that are no flags. */
  readonly positional: readonly string[];
  /** What dotted flags say: `--learner.innerSteps 5` is `{ learner: { innerSteps: 5 } }`. */
  readonly config: ConfigTree;
};

/**
 * Reads flags that are keys of a config, in any order: `--key value`, `--key=value`, or `--key` for true. Values
 * are YAML: numbers, words, `[1, 5]`; a list may do without its brackets.
 *
 * @throws TorchError `ERR_TORCH_ARGUMENT` for a flag that is not one
 */
export function readFlags(args: readonly string[]): Flags {
  const positional: string[] = [];
  let config: ConfigTree = {};
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (!arg.startsWith('--')) {
      if (arg.startsWith('-') && arg !== '-')
        throw wrong(`Expected --key value but received ${arg}`);
      positional.push(arg);
      continue;
    }
    const [key = '', ...rest] = arg.slice(2).split('=');
    if (!/^[A-Za-z][\w.]*$/.test(key)) throw wrong(`Expected --key value but received ${arg}`);
    const next = args[i + 1];
    if (rest.length > 0) config = merged(config, atKeys(key, parsedValue(key, rest.join('='))));
    else if (next === undefined || next.startsWith('--'))
      config = merged(config, atKeys(key, true));
    else {
      config = merged(config, atKeys(key, parsedValue(key, next)));
      i++;
    }
  }
  return { positional, config };
}

function parsedValue(key: string, text: string): unknown {
  const isBare = text.includes(',') && !/^[[{"']/.test(text);
  try {
    return parse(isBare ? `[${text}]` : text);
  } catch {
    throw wrong(`Expected a value in YAML for --${key} but received ${text}`);
  }
}

/** The only argument, or undefined. @throws TorchError for more than `most` */
export function atMost(positional: readonly string[], most: number, usage: string): void {
  if (positional.length <= most) return;
  throw wrong(`Expected ${usage} but received ${positional.join(' ')}`);
}

function wrong(message: string): TorchError {
  return new TorchError('ERR_TORCH_ARGUMENT', message);
}
