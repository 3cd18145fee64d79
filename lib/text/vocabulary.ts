import {
  array,
  checkOptions,
  integerFrom,
  listOf,
  literal,
  optional,
  readData,
  requireDistinct,
  required,
  stepCount,
  strictObject,
  string,
} from '../check';
import { invalidArgument, outOfRange } from '../errors';
import { compareCodePoints } from './code-point-order';

/** The token that pads a batch's rows to one length. Always id 0. */
export const PAD_TOKEN = '<pad>';
/** The token that stands for every token outside the vocabulary. Always id 1. */
export const UNKNOWN_TOKEN = '<unk>';

export interface VocabularyOptions {
  /** Leave out tokens seen fewer times. Default 1. */
  minCount?: number;
  /** The most entries, special ones included: the height of an embedding table. Default no limit. */
  maxSize?: number;
  /** Further special tokens, given the ids from 2 on in this order. Default none. */
  specials?: readonly string[];
}

const savedVocabulary = strictObject({
  version: required(literal(1)),
  specials: required(listOf(string)),
  tokens: required(listOf(string)),
  counts: optional(listOf(stepCount)),
});

/**
 * A vocabulary as plain data: special tokens from id 0 on, then the counted ones, and how often each of
 * all of them was seen. Vocabularies saved without counts can be read as well.
 */
export type VocabularyJson = UncountedJson | (UncountedJson & { counts: number[] });

type UncountedJson = { version: 1; specials: string[]; tokens: string[] };

/** To TypeScript a string is a list of characters, and would be counted as one. */
function isList(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function countTokens(tokenLists: Iterable<Iterable<string>>): Map<string, number> {
  if (!isList(tokenLists)) throw invalidArgument('lists of tokens', 'tokenLists', tokenLists);
  const counts = new Map<string, number>();
  for (const tokens of tokenLists) {
    if (!isList(tokens)) throw invalidArgument('a list of tokens', 'each of tokenLists', tokens);
    for (const token of tokens) {
      if (typeof token !== 'string')
        throw invalidArgument('strings', 'the tokens of the vocabulary', token);
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * Numbers tokens: `<pad>` is 0, `<unk>` is 1, then come the other special tokens and the counted
 * ones, most frequent first and by code points among equals. The same counts therefore give the
 * same ids, whatever the order of the texts.
 */
export class Vocabulary {
  readonly padId = 0;
  readonly unknownId = 1;
  readonly #tokens: readonly string[];
  readonly #specialCount: number;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #counts: readonly number[] | undefined;

  private constructor(
    specials: readonly string[],
    tokens: readonly string[],
    counts: readonly number[] | undefined,
  ) {
    this.#tokens = [...specials, ...tokens];
    this.#specialCount = specials.length;
    requireDistinct(this.#tokens, 'the tokens of the vocabulary');
    this.#ids = new Map(this.#tokens.map((token, id) => [token, id]));
    if (counts !== undefined && counts.length !== this.#tokens.length) {
      throw outOfRange(`${this.#tokens.length} counts`, 'json.counts', counts);
    }
    this.#counts = counts;
  }

  /**
   * Counts the tokens of all lists. A token spelled like a special one is that special token.
   *
   * @throws ArgumentTypeError for a text in place of its tokens; ArgumentTypeError or
   * ArgumentRangeError for a wrong option, special tokens that repeat included.
   */
  static build(
    tokenLists: Iterable<Iterable<string>>,
    options: VocabularyOptions = {},
  ): Vocabulary {
    checkOptions(options, ['minCount', 'maxSize', 'specials'], 'Vocabulary.build');
    const own = options.specials ?? [];
    requireDistinct(own, 'specials');
    const specials = [PAD_TOKEN, UNKNOWN_TOKEN, ...own];
    const minCount = integerFrom(1, options.minCount ?? 1, 'minCount', 'Vocabulary.build');
    const maxSize = options.maxSize ?? Number.MAX_SAFE_INTEGER;
    integerFrom(specials.length, maxSize, 'maxSize', 'Vocabulary.build');
    const counts = countTokens(tokenLists);
    const seen = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const specialCounts = specials.map((special) => counts.get(special) ?? 0);
    for (const special of specials) counts.delete(special);
    const kept = [...counts]
      .filter(([, count]) => count >= minCount)
      .sort(([a, countA], [b, countB]) => countB - countA || compareCodePoints(a, b))
      .slice(0, maxSize - specials.length);
    const all = [...specialCounts, ...kept.map(([, count]) => count)];
    // Tokens left out count as <unk>, which they become.
    all[1] = (all[1] ?? 0) + seen - all.reduce((sum, count) => sum + count, 0);
    return new Vocabulary(
      specials,
      kept.map(([token]) => token),
      all,
    );
  }

  /**
   * Reads what `toJSON` wrote.
   *
   * @throws ArgumentTypeError that says where `json` is not of that form; ArgumentRangeError if a
   * token repeats.
   */
  static fromJSON(json: unknown): Vocabulary {
    const { specials, tokens, counts } = readData(
      savedVocabulary,
      json,
      'a saved vocabulary',
      'json',
      'Vocabulary.fromJSON',
    );
    if (specials[0] !== PAD_TOKEN || specials[1] !== UNKNOWN_TOKEN) {
      const expected = `'${PAD_TOKEN}' and '${UNKNOWN_TOKEN}' first`;
      throw outOfRange(expected, 'json.specials', specials.slice(0, 2).join(', '));
    }
    return new Vocabulary(specials, tokens, counts);
  }

  /** Entries in all, special ones included. */
  get size(): number {
    return this.#tokens.length;
  }

  /** Every token, its index being its id. */
  get tokens(): readonly string[] {
    return this.#tokens;
  }

  has(token: string): boolean {
    return this.#ids.has(string(token, 'token', 'Vocabulary.has'));
  }

  /** The id of `token`, or that of `<unk>`. */
  id(token: string): number {
    return this.#ids.get(string(token, 'token', 'Vocabulary.id')) ?? this.unknownId;
  }

  /** The ids `[L]` of L tokens, that of `<unk>` for tokens it does not hold. */
  encode(tokens: readonly string[]): Int32Array {
    return Int32Array.from(array(tokens, 'strings', 'tokens', 'Vocabulary.encode'), (token) =>
      this.id(token),
    );
  }

  /** The token of every id. @throws ArgumentRangeError for an id it does not have. */
  decode(ids: ArrayLike<number>): string[] {
    if (!Array.isArray(ids) && !ArrayBuffer.isView(ids)) {
      throw invalidArgument('an array of ids', 'ids', ids, 'decode');
    }
    return Array.from({ length: ids.length }, (_, i) => {
      const id: unknown = ids[i];
      const token = typeof id === 'number' ? this.#tokens[id] : undefined;
      if (token === undefined) throw outOfRange(`an id below ${this.size}`, 'ids', id, 'decode');
      return token;
    });
  }

  /**
   * The share of each token among all that were counted `[size]`; tokens left out count as `<unk>`.
   *
   * @throws ArgumentRangeError if it was read from a file that has no counts, or counted nothing.
   */
  frequencies(): Float32Array {
    const total = (this.#counts ?? []).reduce((sum, count) => sum + count, 0);
    if (this.#counts === undefined || total === 0) {
      const expected = 'a vocabulary that has counted tokens';
      throw outOfRange(expected, 'this', this.#counts, 'Vocabulary.frequencies');
    }
    return Float32Array.from(this.#counts, (count) => count / total);
  }

  toJSON(): VocabularyJson {
    const json: UncountedJson = {
      version: 1,
      specials: this.#tokens.slice(0, this.#specialCount),
      tokens: this.#tokens.slice(this.#specialCount),
    };
    return this.#counts === undefined ? json : { ...json, counts: [...this.#counts] };
  }
}
