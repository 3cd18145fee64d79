/** A node that no piece leads to. */
export const NOWHERE = -1;
export const ROOT = 0;
/** What a node has instead of a piece when only longer pieces go through it. */
export const NO_PIECE = -1;

const UNITS = 2 ** 16;

/** Pieces of text by their UTF-16 code units, one step a unit. */
export class PieceTrie {
  // Keyed by node and unit in one number, which one table looks up faster than a table in each node.
  readonly #next = new Map<number, number>();
  readonly #ids: number[] = [NO_PIECE];

  /** Of two equal pieces the later one counts. */
  add(piece: string, id: number): void {
    let node = ROOT;
    for (let i = 0; i < piece.length; i++) {
      const key = node * UNITS + piece.charCodeAt(i);
      const known = this.#next.get(key);
      node = known ?? this.#ids.push(NO_PIECE) - 1;
      if (known === undefined) this.#next.set(key, node);
    }
    this.#ids[node] = id;
  }

  /** The node one code unit further, or `NOWHERE`. */
  step(node: number, unit: number): number {
    return this.#next.get(node * UNITS + unit) ?? NOWHERE;
  }

  /** The piece that ends at a node, or `NO_PIECE`. */
  pieceAt(node: number): number {
    return this.#ids[node] ?? NO_PIECE;
  }
}
