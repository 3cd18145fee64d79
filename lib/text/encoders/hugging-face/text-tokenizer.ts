import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as Tokenizers from '@huggingface/tokenizers';
import {
  type Check,
  isPlainObject,
  listOf,
  looseObject,
  nullable,
  oneOf,
  optional,
  positiveNumber,
  required,
  stepCount,
  string,
} from '../../../check';
import { onFile, parseFileContent, readJsonFile, refuseFile } from '../../../checked-file';
import { invalidArgument } from '../../../errors';
import { firstTokens } from './first-tokens';
import { riskyPattern, withinTime } from './risky-patterns';

const TOKENIZER_FILE = 'tokenizer.json';
const CONFIG_FILE = 'tokenizer_config.json';

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

const tokenizerCheck = looseObject({
  added_tokens: optional(
    nullable(listOf(looseObject({ id: required(stepCount), content: required(string) }))),
  ),
  model: required(
    looseObject({
      // With another name the package would guess.
      type: optional(nullable(oneOf('WordPiece', 'BPE', 'Unigram'))),
      vocab: required(vocabulary),
      unk_token: optional(nullable(string)),
      unk_id: optional(nullable(stepCount)),
    }),
  ),
});
const configCheck = looseObject({ model_max_length: optional(nullable(positiveNumber)) });

/** Any text, to see where the tokenizer puts its special tokens. */
const PROBE = 'a';

/** What BERT and what RoBERTa call the token that hides another. */
const MASKS: readonly string[] = ['[MASK]', '<mask>'];

/** Loaded with the first tokenizer: most programs have none of this kind. */
function loadTokenizers(): typeof Tokenizers {
  return require('@huggingface/tokenizers');
}

/** The tokenizer of a folder in Hugging Face's layout, with work bounded by the tokens that are kept. */
export class TextTokenizer {
  /** The files that were read. */
  readonly files: readonly string[];
  /** The ids of special tokens. */
  readonly special: ReadonlySet<number>;
  /** The id of the token that hides another, if there is one. */
  readonly maskId: number | undefined;
  /** The most tokens that the tokenizer's config asks for. */
  readonly maxLength: number | undefined;
  readonly #tokenizer: Tokenizers.Tokenizer;
  readonly #path: string;
  /** A pattern that a text may keep busy for ever. */
  readonly #risky: string | undefined;
  readonly #lowerCase: boolean;
  readonly #before: readonly number[];
  readonly #after: readonly number[];
  /** Special tokens and the one for what the vocabulary lacks. */
  readonly #nothing: ReadonlySet<number>;
  readonly #unknown: number | undefined;

  /**
   * @param vocabularySize the rows of the model's table
   * @throws TorchError `ERR_TORCH_FILE` if `tokenizer.json` is missing, cannot be used, or has ids beyond the
   *   model's table; `tokenize` too, if a pattern of it takes seconds for a text
   */
  constructor(folder: string, options: { vocabularySize: number; lowerCase: boolean }) {
    const path = join(folder, TOKENIZER_FILE);
    const expected = 'a tokenizer of Hugging Face';
    const json = parseFileContent(path, tokenizerCheck, readJsonFile(path, expected), expected);
    const configPath = join(folder, CONFIG_FILE);
    const config = existsSync(configPath)
      ? parseFileContent(configPath, configCheck, readJsonFile(configPath, expected), expected)
      : {};
    this.files = existsSync(configPath) ? [path, configPath] : [path];
    this.maxLength = config.model_max_length ?? undefined;
    this.#lowerCase = options.lowerCase;
    this.#path = path;
    this.#risky = riskyPattern(json);
    const { Tokenizer } = loadTokenizers();
    const tokenizer = onFile(path, expected, () => new Tokenizer(json, config));
    this.#tokenizer = tokenizer;
    const most = [...tokenizer.get_vocab(true).values()].reduce((a, b) => Math.max(a, b), 0);
    if (most >= options.vocabularySize) {
      const rows = options.vocabularySize;
      throw refuseFile(path, `ids below ${rows}, the model's vocabulary`, `id ${most}`);
    }
    const { unk_token, unk_id } = json.model;
    this.#unknown = unk_id ?? (unk_token ? tokenizer.token_to_id(unk_token) : undefined);
    const special = [...tokenizer.get_added_tokens_decoder()].filter(([, token]) => token.special);
    this.special = new Set(special.map(([id]) => id));
    this.maskId = MASKS.flatMap((mask) => tokenizer.token_to_id(mask) ?? []).find((id) =>
      this.special.has(id),
    );
    this.#nothing = new Set([...this.special, this.#unknown ?? -1]);
    [this.#before, this.#after] = onFile(path, expected, () => this.#specials());
  }

  /** Special tokens around every text. */
  get specials(): number {
    return this.#before.length + this.#after.length;
  }

  /** The ids of a text, at most `maxLength`, special ones included. */
  tokenize(text: string, maxLength: number): Int32Array {
    const room = maxLength - this.specials;
    const own = firstTokens(text, room, (part) => this.#idsOf(part));
    const ids = [...this.#before, ...own, ...this.#after];
    // A model needs something to look at.
    return Int32Array.from(ids.length > 0 ? ids : [this.#unknown ?? 0]);
  }

  /** False if the ids hold nothing but special tokens and tokens that the vocabulary lacks. */
  knows(ids: Int32Array): boolean {
    return ids.some((id) => !this.#nothing.has(id));
  }

  #idsOf(text: string): number[] {
    return this.#encode(this.#lowerCase ? text.toLowerCase() : text, false);
  }

  #encode(text: string, special: boolean): number[] {
    const work = () => this.#tokenizer.encode(text, { add_special_tokens: special }).ids;
    const pattern = this.#risky;
    if (pattern === undefined) return work();
    return withinTime(work, () => {
      const expected = 'patterns that come to an end on every text';
      return refuseFile(this.#path, expected, `${pattern}, which a text kept busy for seconds`);
    });
  }

  /** The ids that the tokenizer puts before a text and after it. */
  #specials(): [number[], number[]] {
    const own = this.#idsOf(PROBE);
    const ids = this.#encode(PROBE, true);
    const last = ids.length - own.length;
    for (let start = 0; start <= last; start++) {
      if (own.every((id, i) => ids[start + i] === id)) {
        return [ids.slice(0, start), ids.slice(start + own.length)];
      }
    }
    throw new Error('a post-processor that changes the tokens of a text');
  }
}
