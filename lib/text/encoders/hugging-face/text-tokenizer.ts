import { onFile, refuseFile } from '../../../files/checked-file';
import { firstTokens } from './first-tokens';
import { PYTHON_SPACE, stripped } from './pipeline/characters';
import { loadTokenizers } from './pipeline/package';
import { type SpecialTokens, specialTokensOf } from './pipeline/special-tokens';
import { textPipeline } from './pipeline/text-pipeline';
import { riskyPattern, withinTime } from './risky-patterns';
import { A_TOKENIZER, readTokenizerFiles, requireAddedIds } from './tokenizer-files';

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
  readonly #around: SpecialTokens;
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
    const onlyModel = { ...json, normalizer: null, pre_tokenizer: null, post_processor: null };
    const tokenizer = onFile(path, A_TOKENIZER, () => new Tokenizer(onlyModel, config));
    this.#around = onFile(path, A_TOKENIZER, () =>
      specialTokensOf(json.post_processor, 'post_processor', 'the tokenizer'),
    );
    const around = [...this.#around.before, ...this.#around.after];
    const ids = [...tokenizer.get_vocab(true).values(), ...around];
    const most = ids.reduce((a, b) => Math.max(a, b), 0);
    if (most >= options.vocabularySize) {
      const rows = options.vocabularySize;
      throw refuseFile(path, `ids below ${rows}, the model's vocabulary`, `id ${most}`);
    }
    requireAddedIds(path, json);
    const { unk_token, unk_id } = json.model;
    this.#unknown = unk_id ?? (unk_token ? tokenizer.token_to_id(unk_token) : undefined);
    const special = [...tokenizer.get_added_tokens_decoder()].filter(([, token]) => token.special);
    this.special = new Set(special.map(([id]) => id));
    this.maskId = MASKS.flatMap((mask) => tokenizer.token_to_id(mask) ?? []).find((id) =>
      this.special.has(id),
    );
    this.#nothing = new Set([...this.special, this.#unknown ?? -1]);
    const pipeline = onFile(path, A_TOKENIZER, () =>
      textPipeline(json, tokenizer.model, 'the tokenizer'),
    );
    this.#idsOf = timed(pipeline, path, riskyPattern(json));
    this.#prompted = this.#idsOf(this.#written(this.#prompt)).length;
  }

  /** Special tokens around every text. */
  get specials(): number {
    return this.#around.before.length + this.#around.after.length;
  }

  /** The ids of a text, at most `maxLength`, special ones included. */
  tokenize(text: string, maxLength: number): Int32Array {
    const room = maxLength - this.specials;
    const own = firstTokens(this.#prompt + text, room, (part) => this.#idsOf(this.#written(part)));
    const ids = [...this.#around.before, ...own, ...this.#around.after];
    // A model needs something to look at.
    return Int32Array.from(ids.length > 0 ? ids : [this.#unknown ?? 0]);
  }

  /** False if the ids hold nothing but special tokens, a prompt, and tokens that the vocabulary lacks. */
  knows(ids: Int32Array): boolean {
    const start = this.#prompted === 0 ? 0 : this.#around.before.length + this.#prompted;
    return ids.subarray(start).some((id) => !this.#nothing.has(id));
  }

  /** A text as the model was trained to read it. */
  #written(text: string): string {
    const own = stripped(text, true, true, PYTHON_SPACE);
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
