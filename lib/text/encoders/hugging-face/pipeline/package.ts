import type * as Tokenizers from '@huggingface/tokenizers';

/** Loaded with the first tokenizer: most programs have none of this kind. */
export function loadTokenizers(): typeof Tokenizers {
  return require('@huggingface/tokenizers');
}
