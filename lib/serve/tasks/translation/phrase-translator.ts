import { resolve } from 'node:path';
import {
  abortSignal,
  listOf,
  type OptionsOf,
  optional,
  positiveFinite,
  positiveInteger,
  readOptions,
  required,
  stepCount,
  strictObject,
  withDefault,
} from '../../../check';
import { inTurns } from '../../../next-turn';
import { type EncoderDecoder, encoderDecoder, type PhrasePair } from '../../../text';
import { readWrittenTexts, writtenText } from '../../../text/datasets/labeled-text';
import { GENERATE, generateTexts } from '../../../text/generation/generate-texts';
import { namedPairs } from '../../../text/generation/phrase-episodes';
import { trainEncoderDecoder } from '../../../train/pretraining/train-encoder-decoder';
import { folderName, makeFolder } from '../../folders';
import { META, metaTrained } from './meta-train';
import { readTranslator, requireOwnFolder, writeTranslator } from './saved-translator';

const SIGNAL = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};

const FIT = {
  ...SIGNAL,
  /** Steps on pairs of all names together. Default: 1,000. */
  steps: withDefault(positiveInteger, 1000),
  /** Steps of Reptile after them, each on two names. Default: 0, since none gained anything where it was measured. */
  metaSteps: withDefault(stepCount, 0),
  /** The size of the encoder's state in each direction. Default: 64. */
  hiddenSize: withDefault(positiveInteger, 64),
  /** Decides on where training starts, and on what is drawn. Default: 0. */
  seed: withDefault(stepCount, 0),
};

const ADAPT = {
  ...SIGNAL,
  /** Steps on the examples. Default: 20. */
  steps: withDefault(positiveInteger, 20),
  /** The greatest learning rate of them. Default: 5e-4. */
  learningRate: withDefault(positiveFinite, 5e-4),
};

const REQUEST = { ...GENERATE, ...SIGNAL };

export type TranslatorOptions = OptionsOf<typeof FIT>;
export type AdaptTranslatorOptions = OptionsOf<typeof ADAPT>;
export type TranslateOptions = OptionsOf<typeof REQUEST>;

/** A text in the other language. */
export type Translation = {
  readonly translation: string;
  /** ln p of its characters and its end. */
  readonly logProbability: number;
  /** False where it was cut off at the most characters, as what repeats itself without end is. */
  readonly ended: boolean;
  /** The text's characters that no pair of `fit` had: nothing is known of them, but the first eight can be copied. */
  readonly unknown: readonly string[];
};

/** How pairs of all names are learned together. */
const TOGETHER = { batchSize: 32, learningRate: 5e-3 };

const writtenPairs = (least: number) =>
  listOf(strictObject({ source: required(writtenText), target: required(writtenText) }), least);

/**
 * Translates short phrases by an encoder–decoder of characters that was trained across pairs of languages, or of dialects
 * or styles, and is adapted to another pair by a few examples. It holds tensors until `dispose`, or the end of a `using`
 * block.
 *
 *     using start = await PhraseTranslator.fit({ 'nl-de': dutch, 'sv-de': swedish });
 *     using translator = await start.adapt([{ source: 'Guete Morge', target: 'Guten Morgen' }, …]);
 *     const [{ translation }] = await translator.translate(['Guete Abig']);
 */
export class PhraseTranslator {
  /** Characters of the targets of all examples that it was adapted to which it cannot write: no pair of `fit` had them. */
  readonly unwritable: readonly string[];
  readonly #model: EncoderDecoder;

  private constructor(model: EncoderDecoder, unwritable: readonly string[] = []) {
    this.#model = model;
    this.unwritable = unwritable;
  }

  /**
   * Learns what the pairs have in common: from all together, and with `metaSteps` also, by Reptile, where to start so that
   * a few steps on one name lead far.
   *
   * @param pairs by the name of their languages, dialects or styles
   * @throws ArgumentTypeError or ArgumentRangeError for what is not lists of at least 16 pairs of texts; TorchError
   *   `ERR_TORCH_RUNTIME` if the loss is no number any longer; the signal's reason once it is aborted
   */
  static async fit(
    pairs: Readonly<Record<string, readonly PhrasePair[]>>,
    options: TranslatorOptions = {},
  ): Promise<PhraseTranslator> {
    const operator = 'PhraseTranslator.fit';
    const read = readOptions(FIT, options, operator);
    const all = namedPairs(pairs, writtenPairs(META.pairs), operator).flat();
    const { hiddenSize, seed, steps, signal } = read;
    using fresh = encoderDecoder(all, { hiddenSize, seed });
    const model = await trainEncoderDecoder(fresh, all, {
      steps,
      seed,
      ...TOGETHER,
      ...(signal && { signal }),
    });
    if (read.metaSteps === 0) return new PhraseTranslator(model);
    try {
      return new PhraseTranslator(await metaTrained(model, pairs, read));
    } finally {
      model.dispose();
    }
  }

  /**
   * A translator of another pair; this one stays as it is, and may be disposed of as soon as this is called.
   *
   * @param examples of the languages, dialects or styles that it shall translate between
   * @throws ArgumentTypeError or ArgumentRangeError for what is not at least one pair of texts; TorchError
   *   `ERR_TORCH_DISPOSED` after `dispose`, `ERR_TORCH_RUNTIME` if the loss is no number any longer, as with too large a
   *   rate; the signal's reason once it is aborted
   */
  async adapt(
    examples: readonly PhrasePair[],
    options: AdaptTranslatorOptions = {},
  ): Promise<PhraseTranslator> {
    const operator = 'PhraseTranslator.adapt';
    const read = writtenPairs(1)(examples, 'examples', operator);
    const { steps, learningRate, signal } = readOptions(ADAPT, options, operator);
    const model = await trainEncoderDecoder(this.#model, read, {
      steps,
      learningRate,
      batchSize: Math.min(META.pairs, read.length),
      ...(signal && { signal }),
    });
    const unwritable = new Set([...this.unwritable, ...model.unwritable(read)]);
    return new PhraseTranslator(model, [...unwritable]);
  }

  /**
   * Each text in the other language. Other work gets its turn after every character.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is not an array of texts; TorchError `ERR_TORCH_DISPOSED`
   *   after `dispose`, `ERR_TORCH_RUNTIME` if training has diverged; the signal's reason once it is aborted
   */
  async translate(
    texts: readonly string[],
    options: TranslateOptions = {},
  ): Promise<Translation[]> {
    const operator = 'PhraseTranslator.translate';
    const read = readWrittenTexts(texts, 'texts', operator);
    const { signal, ...writing } = readOptions(REQUEST, options, operator);
    const written = await inTurns(generateTexts(this.#model, read, writing), signal);
    return written.map(({ text, ...said }) => ({ translation: text, ...said }));
  }

  /**
   * How many characters it is, on average, undecided between where it writes the targets of pairs. Those that it cannot
   * write count as one that it can: see `unwritable`.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is not at least one pair of texts; TorchError
   *   `ERR_TORCH_DISPOSED` after `dispose`
   */
  perplexity(pairs: readonly PhrasePair[]): number {
    return this.#model.perplexity(writtenPairs(1)(pairs, 'pairs', 'PhraseTranslator.perplexity'));
  }

  /**
   * Saves it into a folder, which is made if it is not there. A crash at any time leaves what was saved before, or this.
   * The pairs are not in the folder, though the model may have learned some of them by heart.
   *
   * @throws TorchError `ERR_TORCH_FILE` if a file cannot be written, or the folder holds another model, which would be
   *   replaced; `ERR_TORCH_DISPOSED` after `dispose`
   */
  async save(folder: string): Promise<void> {
    const path = resolve(folderName(folder, 'folder', 'PhraseTranslator.save'));
    requireOwnFolder(path);
    makeFolder(path);
    writeTranslator(path, this.#model, this.unwritable);
  }

  /**
   * Loads what `save` wrote: it translates and adapts as the one that was saved.
   *
   * @throws TorchError `ERR_TORCH_FILE` if a file is missing, damaged or foreign
   */
  static async load(folder: string): Promise<PhraseTranslator> {
    const path = resolve(folderName(folder, 'folder', 'PhraseTranslator.load'));
    const { model, unwritable } = readTranslator(path);
    return new PhraseTranslator(model, unwritable);
  }

  /** Frees what was learned. */
  dispose(): void {
    this.#model.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
