import { extname } from 'node:path';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { isPlainObject } from '../../check';
import { onFile } from '../../checked-file';
import { ArgumentRangeError, ArgumentTypeError, TorchError } from '../../errors';
import { readRegular } from '../../regular-file';
import { completeRun, type RunConfig } from './config';
import { type ConfigTree, merged } from './merge-configs';
import { presetNamed } from './presets';

/** A part of a config, and how a person finds a key of it. */
export type ConfigSource = {
  readonly content: ConfigTree;
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
  const [fault] = document.errors;
  const what = extname(path) === '.json' ? 'JSON' : 'YAML';
  if (fault) throw unreadable(path, `Cannot read ${path}: expected ${what} but ${fault.message}`);
  const content: unknown = onFile(path, what, () => document.toJS());
  if (!isPlainObject(content)) {
    throw unreadable(path, `Cannot read ${path}: expected keys and values, such as learner: maml`);
  }
  return {
    content,
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

/** The error with the place of what is wrong in front. */
function placed(error: unknown, sources: readonly ConfigSource[]): unknown {
  if (!(error instanceof ArgumentTypeError || error instanceof ArgumentRangeError)) return error;
  const path = pathOf(error.argument);
  const place = [...sources]
    .reverse()
    .map((source) => source.place(path))
    .find((found) => found !== undefined);
  const message = place === undefined ? error.message : `${place}: ${error.message}`;
  return new TorchError('ERR_TORCH_ARGUMENT', message, { cause: error });
}

/** `config.learner.innerSteps of the run` as keys. */
function pathOf(argument: string | undefined): string[] {
  const [, path = ''] = /^config\.?(.*?) of /.exec(argument ?? '') ?? [];
  return path.split(/[.[\]]+/).filter((key) => key !== '');
}

/** Where the last of some keys that is there begins. */
function offsetOf(document: Document, keys: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of keys) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0];
      node = pair.value;
    } else {
      node = document.getIn([...keys.slice(0, keys.indexOf(key)), Number(key)], true);
      if (isNode(node)) offset = node.range?.[0] ?? offset;
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
