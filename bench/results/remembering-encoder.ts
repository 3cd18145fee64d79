import { cachedFeatures, SentenceEncoder } from '../../lib/text';
import { type Tensor, torch } from '../../lib/torch';
import { CACHE } from './data';

/** An encoder that reads each text once, whatever asks for it. */
export class RememberingEncoder extends SentenceEncoder {
  readonly #known = new Map<string, Float32Array>();

  constructor(encoder: SentenceEncoder) {
    super(encoder.model, encoder.name);
  }

  /** Reads texts, or their vectors from the system's temporary folder where they were read for another table. */
  async remember(texts: readonly string[]): Promise<void> {
    using x = await cachedFeatures(new SentenceEncoder(this.model), texts, CACHE);
    this.#keep(texts, x);
  }

  override async encode(texts: readonly string[]): Promise<Tensor> {
    return this.encodeSync(texts);
  }

  override encodeSync(texts: readonly string[]): Tensor {
    const missing = [...new Set(texts)].filter((text) => !this.#known.has(text));
    if (missing.length > 0) {
      using x = super.encodeSync(missing);
      this.#keep(missing, x);
    }
    const rows = new Float32Array(texts.length * this.dimensions);
    for (const [i, text] of texts.entries()) {
      rows.set(this.#known.get(text) ?? [], i * this.dimensions);
    }
    return torch.tensor(rows, { shape: [texts.length, this.dimensions] });
  }

  #keep(texts: readonly string[], x: Tensor): void {
    const values = Float32Array.from(x.data(), Number);
    for (const [i, text] of texts.entries()) {
      this.#known.set(text, values.subarray(i * this.dimensions, (i + 1) * this.dimensions));
    }
  }
}
