import { fraction, strictObject, withDefault } from '../../../check';
import { type PooledWordsParams, pooledWords } from '../pooled-words';
import { wordKind } from './word-encoder';
import { WORDS, wordTable } from './words';

const check = strictObject({
  ...WORDS,
  /** The share of a text's vector dropped while training. Default: 0.1. */
  dropout: withDefault(fraction, 0.1),
});

/** The vector of a word that no file gives starts as large as the normalised ones of texts. */
const SCALE = 1;

const kindOf = (name: string, pooling: 'mean' | 'max') =>
  wordKind<ReturnType<typeof check>, PooledWordsParams>(name, check, (words, { dropout }) => {
    const { dimensions } = words;
    const table = wordTable(words, SCALE);
    return { layer: pooledWords({ table, dimensions, pooling, dropout }), dimensions };
  });

/**
 * A text as the normalised mean of its words' vectors. Iyyer et al.: Deep Unordered Composition Rivals
 * Syntactic Methods for Text Classification, ACL 2015.
 */
export const meanKind = kindOf('mean', 'mean');

/**
 * A text as the normalised maximum of its words' vectors, number by number. Shen et al.: Baseline Needs More
 * Love, ACL 2018, https://arxiv.org/abs/1805.09843
 */
export const maxKind = kindOf('max', 'max');
