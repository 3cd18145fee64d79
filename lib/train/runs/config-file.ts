import { extname } from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { isPlainObject } from '../../check';
import { ArgumentRangeError, ArgumentTypeError, TorchError } from '../../errors';
import { onFile } from '../../files/checked-file';
import { readRegular } from '../../files/regular-file';
import { completeRun, type RunConfig } from './config';
import { type ConfigTree, merged } from './merge-configs';
import { presetNamed } from './presets';

/** A part of a config, and how a person finds a key of it. */
export type ConfigSource = {
  readonly content: ConfigTree;
  /** The file that it was read from, if it was. */
  readonly path?: string;
  /** Where a key is, for example `run.yaml, line 3, column 1`; undefined if it is not of this source. */
  place(path: readonly string[]): string | undefined;
};

/**
 * Reads a config from YAML or JSON.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it cannot be read, or is not YAML, with the line
 */
export function readConfigFile(path: string): ConfigSource {
  const text = onFile(path, 'a config', () =>
    new TextDecoder('utf-8', { fatal: true }).decode(readRegular(path)),
  );
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  // What is only warned of, such as a tag that nobody knows, would be another value in silence.
  const [fault] = [...document.errors, ...document.warnings];
  const what = extname(path) === '.json' ? 'JSON' : 'YAML';
  if (fault) throw unreadable(path, `Cannot read ${path}: expected ${what} but ${fault.message}`);
  const content: unknown = onFile(path, what, () => document.toJS());
  if (!isPlainObject(content)) {
    throw unreadable(path, `Cannot read ${path}: expected keys and values, such as learner: maml`);
  }
  return {
    content,
    path,
    place: (keys) => {
      const offset = offsetOf(document, keys);
      if (offset === undefined) return undefined;
      const { line, col } = lines.linePos(offset);
      return `${path}, line ${line}, column ${col}`;
    },
  };
}

/** What flags set: each has a dotted name. */
export function flagSource(content: ConfigTree): ConfigSource {
  return {
    content,
    place: (keys) => {
      // The key itself, or a flag whose value should have had it.
      for (let n = keys.length; n > 0; n--) {
        const found = valueAt(content, keys.slice(0, n));
        if (found === undefined) continue;
        if (n < keys.length && isPlainObject(found)) return undefined;
        return `--${keys.slice(0, n).join('.')}`;
      }
      return undefined;
    },
  };
}

/**
 * The config that sources make, later ones before earlier ones, on top of the preset that one of them names.
 *
 * @throws TorchError `ERR_TORCH_ARGUMENT` that says where what is wrong, and the nearest valid name
 */
export function configFrom(sources: readonly ConfigSource[]): RunConfig {
  const all = sources.reduce<ConfigTree>((tree, { content }) => merged(tree, content), {});
  const { preset, ...own } = all;
  try {
    const base = preset === undefined ? {} : presetNamed(preset);
    return completeRun(merged(base, own), 'the run');
  } catch (error) {
    throw placed(error, sources);
  }
}

/**
 * The error with the place of what is wrong in front, or at least the file.
 *
 * @param above the keys that lead to what was checked
 */
export function placed(
  error: unknown,
  sources: readonly ConfigSource[],
  above: readonly string[] = [],
): unknown {
  if (!(error instanceof ArgumentTypeError || error instanceof ArgumentRangeError)) return error;
  const path = [...above, ...pathOf(error.argument)];
  const latest = sources.toReversed();
  const place =
    latest.map((source) => source.place(path)).find((found) => found !== undefined) ??
    latest.find((source) => source.path !== undefined)?.path;
  const message = place === undefined ? error.message : `${place}: ${error.message}`;
  return new TorchError('ERR_TORCH_ARGUMENT', message, { cause: error });
}

/** `config.learner.innerSteps of the run`, or the same without `config`, as keys. */
function pathOf(argument: string | undefined): string[] {
  const [, path = ''] = /^(?:config\b\.?)?(.*?) of /.exec(argument ?? '') ?? [];
  return path.split(/[.[\]]+/).filter((key) => key !== '');
}

/** Where the last of some keys that is there begins. */
function offsetOf(document: Document, keys: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (let at = 0; at < keys.length; ) {
    if (isMap(node)) {
      const rest = `${keys.slice(at).join('.')}.`;
      // A key may have dots of its own, as those of the space of a search.
      const pair = node.items.find(
        ({ key }) => isScalar(key) && rest.startsWith(`${String(key.value)}.`),
      );
      if (pair === undefined || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      at += String(pair.key.value).split('.').length;
      node = pair.value;
    } else {
      node = isSeq(node) ? node.items[Number(keys[at])] : undefined;
      if (!isNode(node)) break;
      offset = node.range?.[0] ?? offset;
      at++;
    }
  }
  return offset;
}

function valueAt(tree: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) => (isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    tree,
  );
}

function unreadable(path: string, message: string): TorchError {
  return new TorchError('ERR_TORCH_FILE', message, { path });
}
