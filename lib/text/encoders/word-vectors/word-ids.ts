import { WordTokenizer } from '../../tokenizers/word-tokenizer';

/** Stands for a text without known words; its vector is 0. */
export const NO_WORD = 0;

/** Code units of a text for each token wanted, at first and at most. */
const UNITS = 16;
const MOST_UNITS = 256;

/** The ids of the known words of texts; that of the first word in the list is 1. */
export class WordIds {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #tokenizer: WordTokenizer;

  constructor(words: readonly string[], lowerCase: boolean) {
    this.#ids = new Map(words.map((word, i) => [word, i + 1]));
    this.#tokenizer = new WordTokenizer({ lowerCase });
  }

  /**
   * The ids of the first `most` known words, or `NO_WORD`. A word that is not known stands for its parts:
   * contractions and compounds for theirs, Chinese ones for two characters each or one.
   */
  encode(text: string, most: number): Int32Array {
    for (let units = UNITS * most; ; units *= 4) {
      const isWhole = units >= text.length;
      const tokens = this.#tokenizer.tokenize(isWhole ? text : text.slice(0, units));
      // The last word may have been cut.
      if (!isWhole) tokens.pop();
      const ids = tokens.flatMap((token) => this.#idsOf(token)).slice(0, most);
      if (!isWhole && ids.length < most && units < MOST_UNITS * most) continue;
      return Int32Array.from(ids.length === 0 ? [NO_WORD] : ids);
    }
  }

  #idsOf(token: string): number[] {
    const id = this.#ids.get(token);
    if (id !== undefined) return [id];
    const parts = /^\p{Script=Han}{2,}$/u.test(token) ? this.#hanParts(token) : partsOf(token);
    return parts.flatMap((part) => this.#ids.get(part) ?? []);
  }

  #hanParts(token: string): string[] {
    const characters = [...token];
    const parts: string[] = [];
    for (let i = 0; i < characters.length; i++) {
      const pair = characters.slice(i, i + 2).join('');
      if (this.#ids.has(pair)) i += 1;
      parts.push(this.#ids.has(pair) ? pair : (characters[i] ?? ''));
    }
    return parts;
  }
}

/** As the Penn Treebank, by which GloVe's texts were split: `don't` is `do` and `n't`. */
function partsOf(token: string): string[] {
  return token.split(/(?=n't$)|(?=(?<!n)'\w{1,2}$)|[-_./·]/).filter((part) => part !== '');
}
