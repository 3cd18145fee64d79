import {
  abortSignal,
  callable,
  type OptionsOf,
  optional,
  properFraction,
  readOptions,
  withDefault,
} from '../../../check';
import { outOfRange } from '../../../errors';
import { normalize } from '../../../meta/metric/normalize';
import type { LabeledText, SentenceEncoder } from '../../../text';
import {
  namesOf,
  readWrittenTexts,
  requireLabeledTexts,
} from '../../../text/datasets/labeled-text';
import { requireEncoder } from '../../../text/encoders/require-encoder';
import { type Tensor, torch } from '../../../torch';
import { indices } from '../../heads/features';
import { type Learned, learn } from './learn';
import {
  type Neighborhood,
  neighborhoods,
  probabilitiesOf,
  sharesOf,
  type Vote,
} from './neighbor-vote';

const REQUEST = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};
const FIT = {
  ...REQUEST,
  /** The share of texts like the stored ones that may be taken as unlike all of them. Default: 0.05. */
  falseAlarms: withDefault(properFraction, 0.05),
};

export type InstanceRequestOptions = OptionsOf<typeof REQUEST>;
export type InstanceOptions = OptionsOf<typeof FIT>;

/** A stored text that has part in a decision. */
export type DecidingInstance = LabeledText & {
  /** The cosine of its vector with the text's. */
  readonly similarity: number;
  /** Its part in the decision: the probability of a label is the sum of the shares of its instances. */
  readonly share: number;
};

/** What stored instances say of a text. */
export type InstancePrediction = {
  /** The label with the greatest share; null for a text that is unlike all that is stored. */
  readonly label: string | null;
  /** The share of the likeliest label. */
  readonly probability: number;
  /** The shares of the labels that a neighbour has; those of all others are 0. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** All that decided, the nearest first; their shares sum to 1. */
  readonly because: readonly DecidingInstance[];
};

/**
 * Stored texts decide, and explain: the nearest k of them vote, each by a share that is given, and the probability of a
 * label is the sum of its shares. Nothing else is learned, so an instance that is removed leaves nothing behind. It
 * holds tensors until `dispose`, or the end of a `using` block; the encoder must not be disposed of before.
 *
 *     using memory = await InstanceMemory.fit(encoder, [{ text: 'my card is gone', label: 'card_lost' }, …]);
 *     const [{ label, because }] = await memory.predict(['I lost my card']);
 *
 * How many vote, and how much nearness counts, is what is best for instances that are left out one by one, each text
 * of a label once: a copy would always know.
 */
export class InstanceMemory {
  readonly #encoder: SentenceEncoder;
  readonly #falseAlarms: number;
  #instances: readonly LabeledText[];
  /** `[n, D]`, of length 1. */
  #x: Tensor;
  #learned: Learned;

  private constructor(
    encoder: SentenceEncoder,
    falseAlarms: number,
    instances: readonly LabeledText[],
    x: Tensor,
  ) {
    this.#encoder = encoder;
    this.#falseAlarms = falseAlarms;
    this.#instances = instances;
    this.#x = x;
    this.#learned = learn(x, instances, falseAlarms);
  }

  /**
   * @throws ArgumentTypeError or ArgumentRangeError for what is not texts with labels, for empty ones, none, or labels
   *   that are one up to case; the signal's reason once it is aborted
   */
  static async fit(
    encoder: SentenceEncoder,
    instances: readonly LabeledText[],
    options: InstanceOptions = {},
  ): Promise<InstanceMemory> {
    const operator = 'InstanceMemory.fit';
    requireEncoder(encoder, operator);
    const read = instancesOf(instances, operator);
    const { signal, falseAlarms } = readOptions(FIT, options, operator);
    const x = await vectorsOf(
      encoder,
      read.map(({ text }) => text),
      signal,
    );
    return new InstanceMemory(encoder, falseAlarms, read, x);
  }

  /** The stored texts. */
  get instances(): readonly LabeledText[] {
    return this.#instances;
  }

  /** How many neighbours decide, and how much nearness counts. */
  get vote(): Vote {
    return { ...this.#learned.vote };
  }

  /** Stores more; nothing is changed if that fails. @throws as `fit` */
  async add(
    instances: readonly LabeledText[],
    options: InstanceRequestOptions = {},
  ): Promise<void> {
    const operator = 'InstanceMemory.add';
    const read = instancesOf(instances, operator, this.#instances);
    const { signal } = readOptions(REQUEST, options, operator);
    const texts = read.map(({ text }) => text);
    using added = await vectorsOf(this.#encoder, texts, signal);
    this.#become(
      [...this.#instances, ...read],
      torch.scope(() => torch.cat([this.#x, added], 0)),
    );
  }

  /**
   * Removes the instances that `remove` is true for, and gives their number: what is left is a memory that has never
   * seen them, to the bit.
   *
   * @throws ArgumentTypeError for what is no function; ArgumentRangeError if nothing would be left
   */
  remove(remove: (instance: LabeledText) => boolean): number {
    const operator = 'InstanceMemory.remove';
    callable(remove, 'remove', operator);
    const kept = [...this.#instances.keys()].filter((i) => {
      const instance = this.#instances[i];
      return instance !== undefined && !remove(instance);
    });
    if (kept.length === 0) throw outOfRange('an instance that stays', 'instances', 0, operator);
    const removed = this.#instances.length - kept.length;
    const left = kept.flatMap((i) => this.#instances[i] ?? []);
    if (removed > 0) {
      this.#become(
        left,
        torch.scope(() => this.#x.indexSelect(0, indices(kept))),
      );
    }
    return removed;
  }

  /**
   * What the stored instances say of each text, in order.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is not texts with something in them; TorchError
   *   `ERR_TORCH_DISPOSED` after `dispose`; the signal's reason once it is aborted
   */
  async predict(
    texts: readonly string[],
    options: InstanceRequestOptions = {},
  ): Promise<InstancePrediction[]> {
    const operator = 'InstanceMemory.predict';
    const read = readWrittenTexts(texts, 'texts', operator);
    const { signal } = readOptions(REQUEST, options, operator);
    if (read.length === 0) return [];
    using queries = await vectorsOf(this.#encoder, read, signal);
    return neighborhoods(queries, this.#x).map((around) => this.#prediction(around));
  }

  #prediction(around: Neighborhood[number]): InstancePrediction {
    const { vote, threshold } = this.#learned;
    const labels = this.#instances.map(({ label }) => label);
    const byLabel = probabilitiesOf(around, labels, vote);
    const [likeliest] = [...byLabel].sort(([, a], [, b]) => b - a);
    const because = sharesOf(around.similarities, vote).flatMap((share, i) => {
      const instance = this.#instances[around.places[i] ?? -1];
      const similarity = around.similarities[i] ?? 0;
      return instance === undefined ? [] : [{ ...instance, similarity, share }];
    });
    const known = (around.similarities[0] ?? -1) >= threshold;
    return {
      label: known ? (likeliest?.[0] ?? null) : null,
      probability: likeliest?.[1] ?? 0,
      probabilities: Object.fromEntries(byLabel),
      because,
    };
  }

  #become(instances: readonly LabeledText[], x: Tensor): void {
    const learned = learn(x, instances, this.#falseAlarms);
    this.#x.dispose();
    this.#x = x;
    this.#instances = instances;
    this.#learned = learned;
  }

  /** Frees what is stored; the encoder stays. */
  dispose(): void {
    this.#x.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function instancesOf(
  instances: readonly LabeledText[],
  operator: string,
  stored: readonly LabeledText[] = [],
): LabeledText[] {
  const names = namesOf(stored.map(({ label }) => label));
  requireLabeledTexts(instances, 'instances', operator, names);
  if (instances.length === 0) {
    throw outOfRange('at least one instance', `instances of ${operator}`, instances, operator);
  }
  return instances.map(({ text, label }) => ({ text, label }));
}

async function vectorsOf(
  encoder: SentenceEncoder,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  using vectors = await encoder.encode(texts, signal ? { signal } : {});
  return torch.scope(() => normalize(vectors));
}
