import type * as Tokenizers from '@huggingface/tokenizers';
import { isPlainObject } from '../../../../check';
import { type AddedToken, tokenFinder } from './added-tokens';
import { normalizerOf } from './normalizers';
import { preTokenizerOf } from './pre-tokenizers';

type ModelPart = {
  readonly type?: string | null | undefined;
  readonly vocab: unknown;
  readonly unk_token?: string | null | undefined;
  readonly byte_fallback?: boolean | null | undefined;
};

/** The parts of a `tokenizer.json` that come before its model, and the model's vocabulary. */
export type PipelineParts = {
  readonly model?: ModelPart;
  readonly normalizer?: unknown;
  readonly pre_tokenizer?: unknown;
  readonly added_tokens?: readonly AddedToken[] | null | undefined;
};

/**
 * From a text to the ids of its tokens, without special ones around it, as the tokenizers of Hugging Face for
 * Python do it. Of their package for JavaScript only the models are used: what it does before them differs for
 * texts beyond ASCII, for marks and digits, and for the options of added tokens.
 *
 * @param model that of a tokenizer of the package, which is not to be used afterwards
 * @throws ArgumentTypeError or ArgumentRangeError for parts that are not known
 */
export function textPipeline(
  parts: PipelineParts,
  model: Tokenizers.TokenizerModel,
  operator: string,
): (text: string) => number[] {
  const normalize = normalizerOf(parts.normalizer, 'normalizer', operator);
  const divide = preTokenizerOf(parts.pre_tokenizer, 'pre_tokenizer', operator);
  const added = parts.added_tokens ?? [];
  const findAsWritten = tokenFinder(added.filter(({ normalized }) => !normalized));
  const findNormalized = tokenFinder(
    added.filter(({ normalized }) => normalized),
    normalize,
  );
  forgetAdded(model, parts);
  const idsOf = (words: string[]): number[] =>
    model(words).flatMap((token) => model.tokens_to_ids.get(token) ?? model.unk_token_id ?? []);
  // What is unknown becomes one token in a word, but not across words.
  const spelled = spellable(parts.model);
  const modelled = (given: string[]) => {
    const words = given.map(spelled);
    return model.fuse_unk ? words.flatMap((word) => idsOf([word])) : idsOf(words);
  };
  return (text) =>
    findAsWritten(text).flatMap((stretch, i) => {
      if ('id' in stretch) return stretch.id;
      return findNormalized(normalize(stretch.text)).flatMap((own, j) =>
        'id' in own ? own.id : modelled(divide(own.text, i === 0 && j === 0)),
      );
    });
}

/**
 * A word as a model reads it: BPE without a token for what it does not know, nor tokens for bytes, passes over characters
 * that are none of its tokens, and joins what stands around them.
 */
function spellable(model: ModelPart | undefined): (word: string) => string {
  const { type, vocab, unk_token, byte_fallback } = model ?? {};
  if (type !== 'BPE' || unk_token || byte_fallback || !isPlainObject(vocab)) return (word) => word;
  return (word) => Array.from(word, (own) => (Object.hasOwn(vocab, own) ? own : '')).join('');
}

/** The package's tokenizer puts added tokens into the model's vocabulary, which would find them within words. */
function forgetAdded(
  model: Tokenizers.TokenizerModel,
  { added_tokens, model: own }: PipelineParts,
): void {
  const vocab = own?.vocab;
  if (!isPlainObject(vocab)) return;
  for (const { content } of added_tokens ?? []) {
    if (!Object.hasOwn(vocab, content)) model.tokens_to_ids.delete(content);
  }
}
