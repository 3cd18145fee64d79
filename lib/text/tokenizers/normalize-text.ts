import { isAscii } from './ascii-words';
import { foldVariants } from './fold-variants';

/** How a text is normalised before it is compared or split; see `WordTokenizerOptions`. */
export type Normalization = {
  readonly locale: string;
  readonly lowerCase: boolean;
  readonly normalize: boolean;
  readonly foldVariants: boolean;
};

/**
 * The one spelling of a text that tokens, vocabularies and the search for duplicates go by: what
 * they take for different is different to all of them.
 */
export function normalizeText(text: string, options: Normalization): string {
  const { locale, lowerCase, normalize, foldVariants: fold } = options;
  // All that the other steps change lies beyond ASCII.
  if (isAscii(text)) return lowerCase ? text.toLocaleLowerCase(locale) : text;
  const folded = fold ? foldVariants(text) : text;
  const normal = normalize ? folded.normalize('NFKC') : folded;
  const lower = lowerCase ? normal.toLocaleLowerCase(locale) : normal;
  // A capital may lack the precomposed form that its small letter has, as H with line below does.
  const settled = normalize && lowerCase ? lower.normalize('NFKC') : lower;
  // Compatibility forms may hide letters between which there is an apostrophe.
  return fold && normalize ? foldVariants(settled) : settled;
}
