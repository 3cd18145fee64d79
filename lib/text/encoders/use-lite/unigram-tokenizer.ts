import { PieceTrie } from './piece-trie';
import { UnigramLattice, type UnigramModel } from './unigram-lattice';

/** A piece of text and its log-probability. */
export type ScoredPiece = readonly [piece: string, score: number];

/** What stands for a space, and before the first word. */
const SPACE = '\u2581';
/** What the units stand for that no piece has. */
const REPLACEMENT = '\ufffd';
/** What SentencePiece takes from the least score for a character that no piece has. */
const UNKNOWN_PENALTY = 10;
/** Code units of a text that are looked at: 128 for each of the 128 tokens that the encoder takes. */
const MOST_UNITS = 2 ** 14;
/** How far a boundary is looked for at which a text can be cut and its parts normalised apart. */
const CUT_SEARCH = 64;
/** Code units that are cut into pieces at once. */
const WINDOW = 1024;
// Composes with nothing before it: neither a mark, nor a letter that becomes one, nor a part of a syllable.
const STARTS_ANEW = /^[^\p{M}\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\ud7b0-\udfff\uff9e-\uffdc]/u;

/**
 * SentencePiece's unigram tokenizer, cased, of texts in normalization form NFKC. Kudo and Richardson 2018,
 * https://arxiv.org/abs/1808.06226
 */
export class UnigramTokenizer {
  /** The id of what no piece has; a run of it is one token. */
  readonly unknownId = 0;
  /** The id of a space on its own. */
  readonly spaceId: number;
  readonly #model: UnigramModel;
  /** Runs of units that no piece has. */
  readonly #foreign: RegExp;

  /**
   * @param pieces the first `reserved` of which no text contains; the very first stands for what is
   *   unknown
   */
  constructor(pieces: readonly ScoredPiece[], reserved: number) {
    const trie = new PieceTrie();
    let longest = 1;
    let least = 0;
    const units = new Set<string>();
    for (const [id, [piece, score]] of pieces.entries()) {
      if (id < reserved) continue;
      trie.add(piece, id);
      for (let i = 0; i < piece.length; i++) units.add(escaped(piece, i));
      longest = Math.max(longest, piece.length);
      least = Math.min(least, score);
    }
    this.#foreign = new RegExp(`[^${[...units].join('')}]+`, 'g');
    this.spaceId = pieces.findIndex(([piece]) => piece === SPACE);
    this.#model = {
      trie,
      scores: Float64Array.from(pieces, ([, score]) => score),
      unknownId: this.unknownId,
      unknownScore: least - UNKNOWN_PENALTY,
      longest,
    };
  }

  /**
   * The first `most` ids of the text, at least one.
   *
   * They are those of the whole text, although no more of it is read than decides them: what follows can
   * change the best way to cut a beginning only as far as several ways to go on are open, hardly more than
   * a word. Where a repeated pattern keeps them open for 1,024 code units, the best one so far is taken.
   * A text is taken to end after 16,384 code units, which are fewer than `most` tokens only if nearly all
   * of them are unknown.
   */
  encode(text: string, most: number): Int32Array {
    const normal = this.#normalize(beginningOf(text));
    const ids: number[] = [];
    for (let at = 0; at < normal.length && ids.length < most; ) {
      const lattice = new UnigramLattice(this.#model, normal.slice(at, at + WINDOW));
      const isLast = at + WINDOW >= normal.length;
      const end = isLast ? normal.length - at : lattice.settled() || lattice.lastUpTo(WINDOW / 2);
      for (const id of lattice.piecesTo(end)) {
        if (id !== this.unknownId || ids.at(-1) !== this.unknownId) ids.push(id);
      }
      at += end;
    }
    return Int32Array.from(ids.slice(0, most));
  }

  /** One unit stands for a run of those that no piece has: all of the run would become one token. */
  #normalize(text: string): string {
    const spaced = SPACE + text.normalize('NFKC').replaceAll(' ', SPACE);
    return spaced.replace(this.#foreign, REPLACEMENT);
  }
}

/** As much of a text as is looked at, cut where its parts are normalised independently if possible. */
function beginningOf(text: string): string {
  if (text.length <= MOST_UNITS) return text;
  for (let at = MOST_UNITS; at > MOST_UNITS - CUT_SEARCH; at--) {
    if (STARTS_ANEW.test(text.slice(at, at + 2))) return text.slice(0, at);
  }
  return text.slice(0, MOST_UNITS);
}

function escaped(piece: string, index: number): string {
  return `\\u${piece.charCodeAt(index).toString(16).padStart(4, '0')}`;
}
