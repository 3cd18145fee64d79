import { abortSignal, type OptionsOf, optional, readOptions } from '../../../check';
import { requireEncoder } from '../../../text/encoders/require-encoder';
import type { SentenceEncoder } from '../../../text/encoders/sentence-encoder';
import { requireEntities, type TaggedTokens, taggedTokensOf } from '../../../text/tasks/entities';
import { disposeTree, torch } from '../../../torch';
import { type Boundaries, fitBoundaries } from './boundaries';
import { entityFeatures } from './features';

const OPTIONS = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};

export type EntityBoundariesOptions = OptionsOf<typeof OPTIONS>;

/**
 * What many annotated sentences teach about where entities begin and end, whatever their types are. Types of the
 * sentences may be quite others than those that are looked for later; the encoder must be the same. It holds
 * tensors until `dispose`, or the end of a `using` block.
 *
 *     using boundaries = await EntityBoundaries.fit(encoder, await text.readEntities('news.conll'));
 */
export class EntityBoundaries {
  /** The fingerprint of the encoder. */
  readonly encoder: string;
  /** @internal */
  readonly state: Boundaries;

  private constructor(encoder: string, state: Boundaries) {
    this.encoder = encoder;
    this.state = state;
  }

  /**
   * @throws ArgumentTypeError or ArgumentRangeError for sentences that are not annotated, or have overlapping
   *   entities, and for an encoder without vectors of tokens; the signal's reason once it is aborted
   */
  static async fit(
    encoder: SentenceEncoder,
    sentences: readonly TaggedTokens[],
    options: EntityBoundariesOptions = {},
  ): Promise<EntityBoundaries> {
    const operator = 'EntityBoundaries.fit';
    requireEncoder(encoder, operator);
    const read = taggedTokensOf(sentences, 'sentences', operator);
    const { signal } = readOptions(OPTIONS, options, operator);
    requireEntities(read, 'sentences', operator);
    using x = await entityFeatures(
      encoder,
      read.map(({ tokens }) => tokens),
      signal,
    );
    return new EntityBoundaries(
      encoder.fingerprint,
      torch.scope(() => fitBoundaries(x, read)),
    );
  }

  dispose(): void {
    disposeTree(this.state.weights);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
