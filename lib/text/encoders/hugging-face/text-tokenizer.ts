import type * as Tokenizers from '@huggingface/tokenizers';
import { onFile, refuseFile } from '../../../files/checked-file';
import { firstTokens } from './first-tokens';
import { stripped } from './pipeline/characters';
import { loadTokenizers } from './pipeline/package';
import { textPipeline } from './pipeline/text-pipeline';
import { riskyPattern, withinTime } from './risky-patterns';
import { A_TOKENIZER, readTokenizerFiles } from './tokenizer-files';

/** Any text, to see where the tokenizer puts its special tokens. */
const PROBE = 'a';

/** What BERT and what RoBERTa call the token that hides another. */
const MASKS: readonly string[] = ['[MASK]', '<mask>'];

export type TextTokenizerOptions = {
  /** The rows of the model's table. */
  readonly vocabularySize: number;
  readonly lowerCase: boolean;
  /** Default: none. */
  readonly prompt?: string;
};

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
  readonly #idsOf: (text: string) => number[];
  /** What stands before every text. */
  readonly #prompt: string;
  readonly #lowerCase: boolean;
  readonly #before: readonly number[];
  readonly #after: readonly number[];
  /** Tokens of the prompt, which say nothing of a text. */
  readonly #prompted: number;
  /** Special tokens and the one for what the vocabulary lacks. */
  readonly #nothing: ReadonlySet<number>;
  readonly #unknown: number | undefined;

  /**
   * @throws TorchError `ERR_TORCH_FILE` if `tokenizer.json` is missing, cannot be used, or has ids beyond the
   *   model's table; `tokenize` too, if a pattern of it takes seconds for a text
   */
  constructor(folder: string, options: TextTokenizerOptions) {
    const { path, files, json, config } = readTokenizerFiles(folder);
    this.files = files;
    this.maxLength = config.model_max_length ?? undefined;
    this.#lowerCase = options.lowerCase;
    this.#prompt = options.prompt ?? '';
    const { Tokenizer } = loadTokenizers();
    const onlyModel = { ...json, normalizer: null, pre_tokenizer: null };
    const tokenizer = onFile(path, A_TOKENIZER, () => new Tokenizer(onlyModel, config));
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
    [this.#before, this.#after] = onFile(path, A_TOKENIZER, () => specialsOf(tokenizer));
    const pipeline = onFile(path, A_TOKENIZER, () =>
      textPipeline(json, tokenizer.model, 'the tokenizer'),
    );
    this.#idsOf = timed(pipeline, path, riskyPattern(json));
    this.#prompted = this.#idsOf(this.#written(this.#prompt)).length;
  }

  /** Special tokens around every text. */
  get specials(): number {
    return this.#before.length + this.#after.length;
  }

  /** The ids of a text, at most `maxLength`, special ones included. */
  tokenize(text: string, maxLength: number): Int32Array {
    const room = maxLength - this.specials;
    const own = firstTokens(this.#prompt + text, room, (part) => this.#idsOf(this.#written(part)));
    const ids = [...this.#before, ...own, ...this.#after];
    // A model needs something to look at.
    return Int32Array.from(ids.length > 0 ? ids : [this.#unknown ?? 0]);
  }

  /** False if the ids hold nothing but special tokens, a prompt, and tokens that the vocabulary lacks. */
  knows(ids: Int32Array): boolean {
    const start = this.#prompted === 0 ? 0 : this.#before.length + this.#prompted;
    return ids.subarray(start).some((id) => !this.#nothing.has(id));
  }

  /** A text as the model was trained to read it. */
  #written(text: string): string {
    const own = stripped(text);
    return this.#lowerCase ? own.toLowerCase() : own;
  }
}

function timed(
  idsOf: (text: string) => number[],
  path: string,
  pattern: string | undefined,
): (text: string) => number[] {
  if (pattern === undefined) return idsOf;
  const late = () => {
    const expected = 'patterns that come to an end on every text';
    return refuseFile(path, expected, `${pattern}, which a text kept busy for seconds`);
  };
  return (text) => withinTime(() => idsOf(text), late);
}

/** The ids that the tokenizer puts before a text and after it. */
function specialsOf(tokenizer: Tokenizers.Tokenizer): [number[], number[]] {
  const own = tokenizer.encode(PROBE, { add_special_tokens: false }).ids;
  const { ids } = tokenizer.encode(PROBE, { add_special_tokens: true });
  const last = ids.length - own.length;
  for (let start = 0; start <= last; start++) {
    if (own.every((id, i) => ids[start + i] === id)) {
      return [ids.slice(0, start), ids.slice(start + own.length)];
    }
  }
  throw new Error('a post-processor that changes the tokens of a text');
}
