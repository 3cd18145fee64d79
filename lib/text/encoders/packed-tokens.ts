import { type Tensor, torch } from '../../torch';

/**
 * The tokens of several texts without padding, one row each, and the same with it. What works on single
 * tokens sees `[N, D]`, N being the tokens of all texts; attention sees `[n, L, D]`, L being those of the
 * longest.
 */
export class PackedTokens {
  /** The ids of all tokens, `[N]`, int32. */
  readonly ids: Tensor;
  /** The place of each token in its text, `[N]`, int32. */
  readonly positions: Tensor;
  /** 1 for tokens and 0 for padding, `[n, 1, L]`, float32; undefined if there is no padding. */
  readonly mask: Tensor | undefined;
  readonly #shape: readonly [texts: number, longest: number];
  readonly #lengths: readonly number[];
  // The row of each token with padding, whose own rows read the first token: a copy that the mask hides.
  readonly #spread: Tensor | undefined;
  readonly #packed: Tensor | undefined;

  /** @param texts at least one, each with a token or more */
  constructor(texts: readonly Int32Array[]) {
    const lengths = texts.map((ids) => ids.length);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const longest = Math.max(...lengths);
    const ids = new Int32Array(total);
    const positions = new Int32Array(total);
    const spread = new Int32Array(texts.length * longest);
    const packed = new Int32Array(total);
    const mask = new Float32Array(spread.length);
    let row = 0;
    for (const [i, text] of texts.entries()) {
      ids.set(text, row);
      mask.fill(1, i * longest, i * longest + text.length);
      for (let k = 0; k < text.length; k++, row++) {
        positions[row] = k;
        spread[i * longest + k] = row;
        packed[row] = i * longest + k;
      }
    }
    this.#shape = [texts.length, longest];
    this.#lengths = lengths;
    this.ids = torch.tensor(ids);
    this.positions = torch.tensor(positions);
    const padded = total < spread.length;
    this.mask = padded ? torch.tensor(mask, { shape: [texts.length, 1, longest] }) : undefined;
    this.#spread = padded ? torch.tensor(spread) : undefined;
    this.#packed = padded ? torch.tensor(packed) : undefined;
  }

  /** `[N, D]` as `[n, L, D]`. */
  spread(x: Tensor): Tensor {
    const rows = this.#spread === undefined ? x : x.indexSelect(0, this.#spread);
    return rows.view([...this.#shape, -1]);
  }

  /** `[n, L, D]` as `[N, D]`. */
  pack(x: Tensor): Tensor {
    const rows = x.flatten(0, 1);
    return this.#packed === undefined ? rows : rows.indexSelect(0, this.#packed);
  }

  /** The mean over the tokens of each text: `[N, D]` gives `[n, D]`. */
  mean(x: Tensor): Tensor {
    if (this.mask === undefined) return this.spread(x).mean([1]);
    const counts = torch.tensor(Float32Array.from(this.#lengths), {
      shape: [this.#shape[0], 1, 1],
    });
    return this.mask.div(counts).to(x.dtype).matmul(this.spread(x)).squeeze(1);
  }
}
