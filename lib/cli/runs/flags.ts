import { type Document, isScalar, parseDocument } from 'yaml';
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
 * are as in YAML, as far as they stand in one line: numbers, `true`, `[1, 5]`, `{ kind: maml }`, what is in quotes; a
 * list may do without its brackets. Whatever else is there is a string as it stands, such as a path with a `#`.
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
  if (text.length <= 1) return plainValue(text);
  if (/^[[{"']/.test(text)) return yamlValue(key, text, text);
  return text.includes(',') ? yamlValue(key, text, `[${text}]`) : plainValue(text);
}

function yamlValue(key: string, text: string, yaml: string): unknown {
  const document = parseDocument(yaml);
  const { contents, errors, warnings } = document;
  if (errors.length + warnings.length === 0 && !hasComment(document))
    return contents?.toJS(document);
  throw wrong(`Expected a value in YAML for --${key} but received ${text}`);
}

function hasComment({ comment, contents }: Document): boolean {
  return Boolean(comment) || Boolean(contents?.comment);
}

/** A number, `true`, `false`, `null`, or else the text: of what begins a comment or a key, nothing is lost. */
function plainValue(text: string): unknown {
  const { contents, errors } = parseDocument(text);
  const isWhole = errors.length === 0 && isScalar(contents) && contents.type === 'PLAIN';
  return isWhole && contents.source === text ? contents.value : text;
}

/** The only argument, or undefined. @throws TorchError for more than `most` */
export function atMost(positional: readonly string[], most: number, usage: string): void {
  if (positional.length <= most) return;
  throw wrong(`Expected ${usage} but received ${positional.join(' ')}`);
}

function wrong(message: string): TorchError {
  return new TorchError('ERR_TORCH_ARGUMENT', message);
}
