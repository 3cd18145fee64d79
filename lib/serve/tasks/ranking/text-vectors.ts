import { normalize } from '../../../meta/metric/normalize';
import type { SentenceEncoder } from '../../../text';
import { disposeTree, type Tensor, torch } from '../../../torch';
import { type HeadMap, headMapFile, readHeadMap } from '../../heads/head-map';

/** Texts as vectors of length 1: the encoder's, and those in the space that was meta-trained on other tasks. */
export type TextVectors = { readonly own: Tensor; readonly mapped: Tensor };

/** Reads texts for what compares them. It owns the meta-trained map until `dispose`; the encoder stays. */
export class TextReader {
  readonly #encoder: SentenceEncoder;
  readonly #map: HeadMap | undefined;

  constructor(encoder: SentenceEncoder) {
    this.#encoder = encoder;
    const file = headMapFile(encoder);
    this.#map = file === undefined ? undefined : readHeadMap(file);
  }

  /** The vectors `[n, D]` of at least one text. */
  async read(texts: readonly string[], signal: AbortSignal | undefined): Promise<TextVectors> {
    const weights = this.#map?.weights;
    const encoded = await this.#encoder.encode(texts, signal ? { signal } : {});
    return torch.replace(encoded, (vectors) => {
      const own = normalize(vectors);
      return { own, mapped: weights ? normalize(own.matmul(weights)) : own.clone() };
    });
  }

  dispose(): void {
    disposeTree({ ...this.#map });
  }
}
