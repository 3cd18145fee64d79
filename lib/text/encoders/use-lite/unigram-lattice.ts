import { NO_PIECE, NOWHERE, type PieceTrie, ROOT } from './piece-trie';

/** A vocabulary of pieces with their log-probabilities. */
export type UnigramModel = {
  readonly trie: PieceTrie;
  /** The log-probability of each id. */
  readonly scores: Float64Array;
  readonly unknownId: number;
  /** The log-probability of a code unit that is on no piece's way. */
  readonly unknownScore: number;
  /** Code units of the longest piece. */
  readonly longest: number;
};

/**
 * The best ways to cut the beginnings of one text into pieces: for each boundary between code units the
 * probability of the best way to it, and the last piece on that way. Kudo 2018, «Subword Regularization»,
 * https://arxiv.org/abs/1804.10959, by Viterbi's algorithm.
 */
export class UnigramLattice {
  readonly #model: UnigramModel;
  readonly #text: string;
  readonly #best: Float64Array;
  readonly #from: Int32Array;
  readonly #piece: Int32Array;

  constructor(model: UnigramModel, text: string) {
    this.#model = model;
    this.#text = text;
    this.#best = new Float64Array(text.length + 1).fill(-Infinity);
    this.#best[0] = 0;
    this.#from = new Int32Array(text.length + 1);
    this.#piece = new Int32Array(text.length + 1);
    for (let at = 0; at < text.length; at++) this.#leave(at);
  }

  /**
   * The last boundary that the best way is sure to pass, whatever follows the text: the ways to all
   * boundaries from which it may go on pass it.
   */
  settled(): number {
    const { length } = this.#text;
    const open = new Set<number>();
    for (let at = Math.max(0, length - this.#model.longest + 1); at <= length; at++) open.add(at);
    while (open.size > 1) {
      const farthest = Math.max(...open);
      open.delete(farthest);
      open.add(this.#from[farthest] ?? 0);
    }
    return Math.max(...open);
  }

  /** The last boundary up to `most` on the best way to the end of the text. */
  lastUpTo(most: number): number {
    let at = this.#text.length;
    while (at > most) at = this.#from[at] ?? 0;
    return at;
  }

  /** The pieces of the best way to a boundary. */
  piecesTo(boundary: number): number[] {
    const found: number[] = [];
    for (let at = boundary; at > 0; at = this.#from[at] ?? 0) found.push(this.#piece[at] ?? 0);
    return found.reverse();
  }

  #leave(at: number): void {
    const { trie, scores, unknownId, unknownScore } = this.#model;
    const score = this.#scoreOf(at);
    const text = this.#text;
    let node = ROOT;
    for (let end = at; end < text.length; ) {
      node = trie.step(node, text.charCodeAt(end));
      if (node === NOWHERE) break;
      end += 1;
      const id = trie.pieceAt(node);
      if (id !== NO_PIECE) this.#offer(end, score + (scores[id] ?? 0), at, id);
    }
    this.#offer(at + 1, score + unknownScore, at, unknownId);
  }

  #offer(to: number, score: number, from: number, id: number): void {
    // Of equal ways that with the shortest last piece: the code that the model was published with does so.
    if (score < this.#scoreOf(to)) return;
    this.#best[to] = score;
    this.#from[to] = from;
    this.#piece[to] = id;
  }

  #scoreOf(at: number): number {
    return this.#best[at] ?? -Infinity;
  }
}
