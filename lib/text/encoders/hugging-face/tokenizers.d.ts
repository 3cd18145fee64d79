// The package's own types are those of its ES module, although it has a CommonJS one as well.
declare module '@huggingface/tokenizers' {
  /** Words to tokens. */
  export interface TokenizerModel {
    (words: string[]): string[];
    readonly tokens_to_ids: Map<string, number>;
    readonly unk_token_id: number | undefined;
    readonly fuse_unk: boolean;
  }
  export class Tokenizer {
    /** @param tokenizer the content of `tokenizer.json` @param config that of `tokenizer_config.json` */
    constructor(tokenizer: object, config: object);
    readonly model: TokenizerModel;
    encode(text: string, options?: { add_special_tokens?: boolean }): { ids: number[] };
    token_to_id(token: string): number | undefined;
    get_vocab(withAddedTokens?: boolean): Map<string, number>;
    get_added_tokens_decoder(): Map<number, { special: boolean }>;
  }
  export class SplitPreTokenizer {
    constructor(config: { pattern: object; invert: boolean });
    readonly pattern: RegExp | null;
  }
}
