import { requireTexts, withMethods } from '../../check';
import { outOfRange } from '../../errors';
import { PAD_TOKEN, type Vocabulary } from '../vocabulary';
import { type LanguageWords, START_TOKEN } from './language-words';

/** How likely texts are, word by word. */
export interface LanguageModel {
  /** The words that it knows; `<unk>` stands for all others, `</s>` for the end of a text. */
  readonly words: LanguageWords;
  /** For each text the natural logarithms of p(word | words before it), and of its end last. */
  logProbabilities(texts: readonly string[]): Float64Array[];
  /**
   * The natural logarithms of the probabilities of all words of the vocabulary after a history, `[V]`. Their
   * exponentials sum to 1; `<pad>` and `<s>`, which are never next, have −∞.
   */
  distribution(history: readonly string[]): Float64Array;
}

export type Perplexity = {
  /** exp(−1/N Σ ln p) over words and ends of texts. */
  perplexity: number;
  /** N: the words of all texts, and an end for each. */
  tokens: number;
  /** How many of these the vocabulary lacks; they count with the probability of `<unk>`, all of them together. */
  unknown: number;
};

const modelOf = withMethods<LanguageModel>('a language model', 'logProbabilities', 'distribution');

/**
 * How many words a model is, on average, undecided between: its perplexity by word, ends of texts included.
 * Models compare only if they have one vocabulary, since `<unk>` is the more likely the more it stands for.
 *
 * @throws ArgumentTypeError if `model` is not a language model, or `texts` not an array of strings;
 *   ArgumentRangeError without texts
 */
export function perplexity(model: LanguageModel, texts: readonly string[]): Perplexity {
  modelOf(model, 'model', 'perplexity');
  requireTexts(texts, 'texts', 'perplexity');
  if (texts.length === 0) throw outOfRange('at least one text', 'texts', texts, 'perplexity');
  let sum = 0;
  let tokens = 0;
  for (const own of model.logProbabilities(texts)) {
    tokens += own.length;
    for (const value of own) sum += value;
  }
  return { perplexity: Math.exp(-sum / tokens), tokens, unknown: unknownOf(model, texts) };
}

function unknownOf({ words }: LanguageModel, texts: readonly string[]): number {
  const { unknownId } = words.vocabulary;
  return texts.reduce(
    (sum, text) => sum + words.idsOf(text).filter((id) => id === unknownId).length,
    0,
  );
}

/** Ids that are never next. */
export function neverNext(vocabulary: Vocabulary): number[] {
  return [vocabulary.id(PAD_TOKEN), vocabulary.id(START_TOKEN)];
}
