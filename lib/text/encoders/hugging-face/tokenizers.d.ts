// The package's own types are those of its ES module, although it has a CommonJS one as well.
declare module '@huggingface/tokenizers' {
  export class Tokenizer {
    /** @param tokenizer the content of `tokenizer.json` @param config that of `tokenizer_config.json` */
    constructor(tokenizer: object, config: object);
    encode(text: string, options?: { add_special_tokens?: boolean }): { ids: number[] };
    token_to_id(token: string): number | undefined;
    get_vocab(withAddedTokens?: boolean): Map<string, number>;
    get_added_tokens_decoder(): Map<number, { special: boolean }>;
  }
}
