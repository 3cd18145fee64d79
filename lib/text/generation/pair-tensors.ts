import { greatest } from '../../extremes';
import { IGNORED } from '../../meta/episode';
import { type Tensor, torch } from '../../torch';
import type { LanguageWords } from '../language-models/language-words';
import type { PhrasePair } from './phrase-pairs';

/**
 * How many different characters that the vocabulary lacks a text may have and still see all of them copied. They are
 * numbered from V on in the order of their first place in the text.
 */
export const COPY_SLOTS = 8;

/** A source as the encoder reads it. */
export type SourceIds = {
  /** Ids of characters and of the end; from V on, of characters that can only be copied. */
  ids: Int32Array;
  /** What the ids from V on stand for. */
  slots: readonly string[];
  /** The characters that the vocabulary lacks. */
  unknown: readonly string[];
};

/** The ids of a source's characters and of its end. */
export function sourceIds(words: LanguageWords, text: string): SourceIds {
  const characters = words.tokenizer.tokenize(text);
  const known = words.vocabulary;
  const unknown = [...new Set(characters.filter((own) => !known.has(own)))];
  const slots = unknown.slice(0, COPY_SLOTS);
  const ids = characters.map((own) => idOf(words, own, slots));
  return { ids: Int32Array.from([...ids, words.endId]), slots, unknown };
}

function idOf({ vocabulary }: LanguageWords, character: string, slots: readonly string[]): number {
  const slot = slots.indexOf(character);
  return slot < 0 ? vocabulary.id(character) : vocabulary.size + slot;
}

/** What a model of pairs takes, and what it should answer. */
export type PairTensors = {
  /** `[n, 2, L]`, int64: the ids of each source, and of what stands before each character of its target. */
  inputs: Tensor;
  /** `[n, L]`, int64: the characters of the targets and their ends; `IGNORED` for padding. */
  labels: Tensor;
};

/** Pairs as tensors. L is that of the longest text and its end, or `length` where that is more. */
export function pairTensors(
  words: LanguageWords,
  pairs: readonly PhrasePair[],
  length = 1,
): PairTensors {
  const sources = pairs.map(({ source }) => sourceIds(words, source));
  const targets = pairs.map(({ target }, i) =>
    words.tokenizer.tokenize(target).map((own) => idOf(words, own, sources[i]?.slots ?? [])),
  );
  const { endId, startId, vocabulary } = words;
  // What can only be copied is no character that the decoder has a vector of.
  const before = (id: number) => (id < vocabulary.size ? id : vocabulary.unknownId);
  // A source has its end already.
  const lengths = [
    ...sources.map(({ ids }) => ids.length),
    ...targets.map((own) => own.length + 1),
  ];
  const longest = greatest(lengths, length);
  return torch.scope(() => {
    const [read, written] = [
      sources.map(({ ids }) => ids),
      targets.map((own) => [startId, ...own.map(before)]),
    ].map((rows) => idMatrix(rows, longest, vocabulary.padId));
    const labels = idMatrix(
      targets.map((own) => [...own, endId]),
      longest,
      IGNORED,
    );
    return { inputs: torch.stack([read as Tensor, written as Tensor], 1), labels };
  });
}

/** Rows of ids, filled up to one length: `[n, length]`, int64. */
export function idMatrix(
  rows: readonly ArrayLike<number>[],
  length: number,
  filler: number,
): Tensor {
  const ids = new BigInt64Array(rows.length * length).fill(BigInt(filler));
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < row.length; j++) ids[i * length + j] = BigInt(row[j] ?? filler);
  }
  return torch.tensor(ids, { shape: [rows.length, length] });
}
