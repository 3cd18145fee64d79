import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  anything,
  type Check,
  flag,
  isPlainObject,
  listOf,
  looseObject,
  nullable,
  oneOf,
  optional,
  positiveNumber,
  type ReadOptions,
  required,
  stepCount,
  string,
} from '../../../check';
import { invalidArgument } from '../../../errors';
import { parseFileContent, readJsonFile, refuseFile } from '../../../files/checked-file';
import { addedTokenCheck } from './pipeline/added-tokens';

const TOKENIZER_FILE = 'tokenizer.json';
const CONFIG_FILE = 'tokenizer_config.json';

/** What a person expects of a tokenizer's files. */
export const A_TOKENIZER = 'a tokenizer of Hugging Face';

/** Ids by token, or tokens with their probabilities in the order of their ids. */
const vocabulary: Check<unknown> = (value, name, operator) => {
  const isId = (id: unknown) => Number.isSafeInteger(id) && Number(id) >= 0;
  const isScored = (one: unknown) =>
    Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'number';
  const fits = Array.isArray(value)
    ? value.every(isScored)
    : isPlainObject(value) && Object.values(value).every(isId);
  if (fits) return value;
  const expected = 'ids by token, or a list of [token, number]';
  throw invalidArgument(expected, `${name} of ${operator}`, value, operator);
};

const MODEL = {
  // With another name the package would guess.
  type: optional(nullable(oneOf('WordPiece', 'BPE', 'Unigram'))),
  vocab: required(vocabulary),
  unk_token: optional(nullable(string)),
  unk_id: optional(nullable(stepCount)),
  dropout: optional(anything),
  continuing_subword_prefix: optional(nullable(string)),
  byte_fallback: optional(nullable(flag)),
  end_of_word_suffix: optional(nullable(string)),
};
const TOKENIZER = {
  added_tokens: optional(nullable(listOf(addedTokenCheck))),
  normalizer: optional(anything),
  pre_tokenizer: optional(anything),
  post_processor: optional(anything),
  truncation: optional(nullable(looseObject({ direction: optional(string) }))),
  model: required(looseObject(MODEL)),
};
const tokenizerCheck = looseObject(TOKENIZER);
const CONFIG = {
  model_max_length: optional(nullable(positiveNumber)),
  tokenizer_class: optional(nullable(string)),
  truncation_side: optional(nullable(string)),
  do_lower_case: optional(nullable(flag)),
  strip_accents: optional(nullable(flag)),
  tokenize_chinese_chars: optional(nullable(flag)),
  add_prefix_space: optional(nullable(flag)),
};
const configCheck = looseObject(CONFIG);

type TokenizerJson = ReadOptions<typeof TOKENIZER>;
type TokenizerConfig = ReadOptions<typeof CONFIG>;

export type TokenizerFiles = {
  readonly path: string;
  /** The files that were read. */
  readonly files: readonly string[];
  readonly json: TokenizerJson;
  readonly config: TokenizerConfig;
};

/**
 * Reads `tokenizer.json`, and `tokenizer_config.json` if it is there, whose options count more, as they do for
 * Hugging Face's classes of tokenizers.
 *
 * @throws TorchError `ERR_TORCH_FILE` for what is missing, damaged, or would give other tokens here
 */
export function readTokenizerFiles(folder: string): TokenizerFiles {
  const path = join(folder, TOKENIZER_FILE);
  const read = parseFileContent(path, tokenizerCheck, readJsonFile(path, A_TOKENIZER), A_TOKENIZER);
  const configPath = join(folder, CONFIG_FILE);
  const known = existsSync(configPath);
  const config = known
    ? parseFileContent(configPath, configCheck, readJsonFile(configPath, A_TOKENIZER), A_TOKENIZER)
    : {};
  requireSupported(path, read);
  const side = config.truncation_side ?? read.truncation?.direction?.toLowerCase() ?? 'right';
  if (side !== 'right') {
    const [where, key] =
      config.truncation_side === undefined
        ? [path, 'truncation.direction']
        : [configPath, 'truncation_side'];
    throw refuseFile(where, `long texts to be cut at their right by ${key}`, side);
  }
  const files = known ? [path, configPath] : [path];
  return { path, files, json: configured(read, config), config };
}

/** Options of models that the package for JavaScript passes over. */
function requireSupported(path: string, { model }: TokenizerJson): void {
  const { type, dropout, continuing_subword_prefix: prefix, byte_fallback: bytes, vocab } = model;
  const { end_of_word_suffix: suffix, unk_token: unknown } = model;
  if (type !== 'WordPiece' && typeof dropout === 'number' && dropout > 0) {
    throw refuseFile(path, 'a tokenizer without chance, with model.dropout null', String(dropout));
  }
  if (type === 'BPE' && prefix) {
    throw refuseFile(path, 'a BPE without model.continuing_subword_prefix', JSON.stringify(prefix));
  }
  if (type === 'BPE' && suffix && !unknown) {
    throw refuseFile(
      path,
      'a BPE with model.unk_token, or without model.end_of_word_suffix',
      suffix,
    );
  }
  const pieces = Array.isArray(vocab) ? vocab.map(([piece]) => piece) : [];
  if (type === 'Unigram' && bytes === true && pieces.includes('<0x00>')) {
    throw refuseFile(path, 'a Unigram model without model.byte_fallback', 'true');
  }
}

/**
 * Hugging Face gives an added token the id that the vocabulary has for it, or else the next one that is free, whatever
 * the file says.
 *
 * @throws TorchError `ERR_TORCH_FILE` where that is another one
 */
export function requireAddedIds(
  path: string,
  { model: { vocab }, added_tokens: added }: Pick<TokenizerJson, 'model' | 'added_tokens'>,
): void {
  const ids: [string, number][] = Array.isArray(vocab)
    ? vocab.map(([piece], id) => [piece, id])
    : Object.entries(Object(vocab));
  const known = new Map(ids);
  let next = ids.length;
  for (const { content, id } of added ?? []) {
    const own = known.get(content) ?? next;
    if (id !== own) {
      const expected = `the id ${own} for the added token ${JSON.stringify(content)}, as its vocabulary says`;
      throw refuseFile(path, expected, `${id}`);
    }
    known.set(content, id);
    next = Math.max(next, id + 1);
  }
}

/** The classes that take everything from `tokenizer.json`. */
const PLAIN = /^(?:PreTrainedTokenizer(?:Fast)?|TokenizersBackend)$/;

function configured(json: TokenizerJson, config: TokenizerConfig): TokenizerJson {
  if (PLAIN.test(config.tokenizer_class ?? '')) return json;
  const bert = {
    ...(config.do_lower_case != null && { lowercase: config.do_lower_case }),
    ...(config.strip_accents !== undefined && { strip_accents: config.strip_accents }),
    ...(config.tokenize_chinese_chars != null && {
      handle_chinese_chars: config.tokenize_chinese_chars,
    }),
  };
  const { add_prefix_space } = config;
  return {
    ...json,
    normalizer: changed(json.normalizer, 'BertNormalizer', bert),
    pre_tokenizer:
      add_prefix_space == null
        ? json.pre_tokenizer
        : changed(json.pre_tokenizer, 'ByteLevel', { add_prefix_space }),
  };
}

/** A part of the type, with other options; any other part as it is. */
function changed(part: unknown, type: string, options: object): unknown {
  return isPlainObject(part) && part.type === type ? { ...part, ...options } : part;
}
