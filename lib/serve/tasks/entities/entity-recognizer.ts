import {
  abortSignal,
  array,
  type OptionsOf,
  optional,
  readOptions,
  readTexts,
} from '../../../check';
import { ArgumentRangeError, invalidArgument } from '../../../errors';
import type { SentenceEncoder } from '../../../text';
import { requireEncoder } from '../../../text/encoders/require-encoder';
import {
  requireEntities,
  type TaggedTokens,
  taggedTokensOf,
  tokensOf,
  wordPlaces,
} from '../../../text/tasks/entities';
import { disposeTree, torch } from '../../../torch';
import { EntityBoundaries } from './entity-boundaries';
import { entityFeatures } from './features';
import { type FittedEntities, fitEntities, type RatedEntity, taggedBy, typesOf } from './fitted';

const OPTIONS = {
  /** What other annotated sentences have taught about where entities begin and end. Default: nothing. */
  boundaries: optional<EntityBoundaries>(boundariesOf),
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};

const REQUEST = { signal: OPTIONS.signal };

export type EntityRecognizerOptions = OptionsOf<typeof OPTIONS>;

/** An entity in a text: characters `start` up to, but without, `end`, as JavaScript counts them. */
export type FoundEntity = RatedEntity & { readonly text: string };

/**
 * Finds entities of types that a handful of examples define. It holds tensors until `dispose`, or the end of a
 * `using` block; the encoder must not be disposed of before.
 *
 *     using recognizer = await EntityRecognizer.fit(encoder, [
 *       text.markedText('fly from [Oslo](city) with [KLM](airline)'), …
 *     ]);
 *     const [entities] = await recognizer.find(['a seat to Lisbon on Ryanair']);
 *
 * A word is its vector in its sentence and its spelling. Whether it is outside of entities, or begins one or goes
 * on with one, is learned apart from which type it is of, so that many annotated texts of other types help
 * (`EntityBoundaries`); the best sequence of tags is found by Viterbi's algorithm, and `probability` is the share
 * of an entity among all sequences. The two steps follow Tingting Ma et al.: Decomposed Meta-Learning for Few-Shot
 * Named Entity Recognition, Findings of ACL 2022, in closed form.
 */
export class EntityRecognizer {
  /** The types of entities, in the order of their first example. */
  readonly types: readonly string[];
  readonly #encoder: SentenceEncoder;
  readonly #fitted: FittedEntities;

  private constructor(encoder: SentenceEncoder, types: readonly string[], fitted: FittedEntities) {
    this.#encoder = encoder;
    this.types = types;
    this.#fitted = fitted;
  }

  /**
   * Learns from sentences with their entities: all entities of these types should be marked in them, since every
   * other word counts as outside.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is no annotated sentence, for entities that overlap or
   *   lie inside others, without any entity, for an encoder without vectors of tokens, and for boundaries of another
   *   encoder; the signal's reason once it is aborted
   */
  static async fit(
    encoder: SentenceEncoder,
    examples: readonly TaggedTokens[],
    options: EntityRecognizerOptions = {},
  ): Promise<EntityRecognizer> {
    const operator = 'EntityRecognizer.fit';
    requireEncoder(encoder, operator);
    const read = taggedTokensOf(examples, 'examples', operator);
    const { boundaries, signal } = readOptions(OPTIONS, options, operator);
    requireEntities(read, 'examples', operator);
    if (boundaries !== undefined && boundaries.encoder !== encoder.fingerprint) {
      throw new ArgumentRangeError(
        `Expected boundaries that were learned with the encoder ${encoder.name} for boundaries of ${operator} but received those of another encoder`,
        operator,
        `boundaries of ${operator}`,
      );
    }
    using x = await entityFeatures(
      encoder,
      read.map(({ tokens }) => tokens),
      signal,
    );
    const fitted = torch.scope(() => fitEntities(x, read, boundaries?.state));
    return new EntityRecognizer(encoder, typesOf(read), fitted);
  }

  /**
   * The entities of each text, in their order, with the characters where they stand.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings; TorchError `ERR_TORCH_DISPOSED` after `dispose`;
   *   the signal's reason once it is aborted
   */
  async find(
    texts: readonly string[],
    options: OptionsOf<typeof REQUEST> = {},
  ): Promise<FoundEntity[][]> {
    const operator = 'EntityRecognizer.find';
    const read = readTexts(texts, 'texts', operator);
    const { signal } = readOptions(REQUEST, options, operator);
    const words = read.map((text) => wordPlaces(text));
    const tagged = await this.#tagged(
      words.map((own) => own.map(({ word }) => word)),
      signal,
    );
    return tagged.map((entities, i) =>
      entities.map((entity) => {
        const start = words[i]?.[entity.start]?.start ?? 0;
        const end = words[i]?.[entity.end - 1]?.end ?? 0;
        return { ...entity, start, end, text: (read[i] ?? '').slice(start, end) };
      }),
    );
  }

  /**
   * The entities of sentences that are tokens already; `start` and `end` count tokens.
   *
   * @throws as `find`
   */
  async tag(
    sentences: readonly (readonly string[])[],
    options: OptionsOf<typeof REQUEST> = {},
  ): Promise<RatedEntity[][]> {
    const operator = 'EntityRecognizer.tag';
    const { signal } = readOptions(REQUEST, options, operator);
    const given = array(sentences, 'sentences', 'sentences', operator);
    const read = given.map((tokens, i) => tokensOf(tokens, `sentences[${i}]`, operator));
    return this.#tagged(read, signal);
  }

  async #tagged(
    sentences: readonly (readonly string[])[],
    signal: AbortSignal | undefined,
  ): Promise<RatedEntity[][]> {
    const lengths = sentences.map(({ length }) => length);
    if (lengths.every((length) => length === 0)) return sentences.map(() => []);
    using x = await entityFeatures(this.#encoder, sentences, signal);
    return taggedBy(this.#fitted, this.types, x, lengths);
  }

  /** Frees what was learned; the encoder stays. */
  dispose(): void {
    disposeTree([this.#fitted.boundaries.weights, this.#fitted.types.weights]);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function boundariesOf(value: unknown, name: string, operator: string): EntityBoundaries {
  if (value instanceof EntityBoundaries) return value;
  throw invalidArgument('EntityBoundaries', `${name} of ${operator}`, value, operator);
}
