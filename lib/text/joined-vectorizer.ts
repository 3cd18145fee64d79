import { array, requireTexts } from '../check';
import { outOfRange } from '../errors';
import { type Tensor, torch } from '../torch';
import { type Vectorizer, vectorizerOf } from './vectorizer';

const OPERATOR = 'joinedVectorizer';

/**
 * The vectors of several vectorizers side by side, `[n, D₁ + D₂ + …]`, for example those of a frozen encoder and of
 * words and characters:
 *
 *     const both = joinedVectorizer([await loadEncoder(), new HashedVectorizer()]);
 *
 * What it is made of stays the caller's to dispose of.
 *
 * @throws ArgumentTypeError if there is no vectorizer among them; ArgumentRangeError if there is none
 */
export function joinedVectorizer(parts: readonly Vectorizer<Tensor>[]): Vectorizer<Tensor> {
  array(parts, 'vectorizers', 'parts', OPERATOR);
  for (const [i, part] of parts.entries()) vectorizerOf(part, `parts[${i}]`, OPERATOR);
  if (parts.length === 0) throw outOfRange('at least one vectorizer', 'parts', parts, OPERATOR);
  return {
    vectorize: (texts) =>
      torch.scope(() =>
        torch.cat(
          parts.map((part) => part.vectorize(texts)),
          1,
        ),
      ),
    lengths: (texts) => {
      requireTexts(texts, 'texts', 'lengths');
      const all = parts.map((part) => part.lengths(texts));
      return texts.map((_, i) => Math.max(...all.map((lengths) => lengths[i] ?? 0)));
    },
  };
}
