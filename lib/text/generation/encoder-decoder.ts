import {
  fraction,
  type OptionsOf,
  objectOf,
  positiveInteger,
  readOptions,
  requireTexts,
  stepCount,
  upTo,
  withDefault,
} from '../../check';
import { IGNORED } from '../../meta/episode';
import { atOnce } from '../../next-turn';
import type { Context } from '../../nn';
import { disposeTree, type Tensor, torch } from '../../torch';
import type { LanguageWords } from '../language-models/language-words';
import { lengthBatches } from '../length-batches';
import { requireSameShapes } from '../same-shapes';
import {
  GENERATE,
  type GeneratedText,
  type GenerateOptions,
  generateTexts,
  TEXT_BATCH,
} from './generate-texts';
import { type PairTensors, pairTensors, sourceIds } from './pair-tensors';
import { charactersOf, type PhrasePair, phrasePairsOf } from './phrase-pairs';
import { type SequenceLayer, type SequenceParams, sequenceLayer } from './sequence-layer';
import { characterLosses } from './token-loss';

const OPTIONS = {
  /** The size of a character's vector. Default: 48. */
  dimensions: withDefault(positiveInteger, 48),
  /** The size of the encoder's state in each direction; the decoder's is twice as large. Default: 64. */
  hiddenSize: withDefault(positiveInteger, 64),
  /** The share of characters' vectors and of outputs dropped while training. Default: 0.2. */
  dropout: withDefault(fraction, 0.2),
  /** Decides on where training starts. Default: 0. */
  seed: withDefault(stepCount, 0),
};

export type EncoderDecoderOptions = OptionsOf<typeof OPTIONS>;
const pairsOf = phrasePairsOf(1);
const paddedLength = upTo(65_536);

/**
 * An encoder–decoder of characters: a bidirectional GRU reads a text, a GRU with attention writes another, and may
 * copy. It knows nothing yet: see `train.trainEncoderDecoder`.
 *
 * @param pairs whose characters it shall know
 * @throws ArgumentTypeError or ArgumentRangeError for wrong pairs or options
 */
export function encoderDecoder(
  pairs: readonly PhrasePair[],
  options: EncoderDecoderOptions = {},
): EncoderDecoder {
  const operator = 'encoderDecoder';
  const read = pairsOf(pairs, 'pairs', operator);
  const { seed, ...sizes } = readOptions(OPTIONS, options, operator);
  const words = charactersOf(
    read.flatMap(({ source, target }) => [source, target]),
    operator,
  );
  const { padId, unknownId, size } = words.vocabulary;
  const layer = sequenceLayer({ ...sizes, vocabularySize: size, padId, unknownId });
  return new EncoderDecoder(words, layer, layer.init(torch.generator(seed)));
}

/** See `encoderDecoder`. Its parameters are its own until `dispose`. */
export class EncoderDecoder {
  /** The characters that it knows. */
  readonly words: LanguageWords;
  /** Inputs `[..., 2, L]` of `tensors` to logarithms of probabilities `[..., L, C]`; also with a task axis. */
  readonly layer: SequenceLayer;
  readonly params: SequenceParams;

  constructor(words: LanguageWords, layer: SequenceLayer, params: SequenceParams) {
    this.words = words;
    this.layer = layer;
    this.params = objectOf(params, 'parameters', 'EncoderDecoder');
  }

  /**
   * The model on other parameters, which are the new one's to dispose of.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for those of another model
   */
  withParams(params: SequenceParams): EncoderDecoder {
    requireSameShapes(this.params, params, 'withParams');
    return new EncoderDecoder(this.words, this.layer, params);
  }

  /**
   * Pairs as the layer takes them.
   *
   * @param length the least L, at most 65,536. Default: what the longest text needs
   */
  tensors(pairs: readonly PhrasePair[], length = 1): PairTensors {
    const read = pairsOf(pairs, 'pairs', 'EncoderDecoder.tensors');
    return pairTensors(this.words, read, paddedLength(length, 'length', 'EncoderDecoder.tensors'));
  }

  /**
   * −ln p of every character of the pairs' targets, and of their ends, `[N]`, with gradients where they are recorded.
   *
   * @throws ArgumentTypeError or ArgumentRangeError if `pairs` is not a list of pairs, or for parameters of another structure
   */
  losses(params: SequenceParams, pairs: readonly PhrasePair[], context?: Context): Tensor {
    return torch.scope(() => {
      const { inputs, labels } = this.tensors(pairs);
      const losses = characterLosses(this.layer.apply(params, inputs, context), labels);
      return losses.maskedSelect(labels.ne(IGNORED));
    });
  }

  /**
   * The characters of targets that it can neither write, since no pair had them that it was made of, nor copy from their
   * sources.
   *
   * @throws ArgumentTypeError or ArgumentRangeError if `pairs` is not a list of pairs
   */
  unwritable(pairs: readonly PhrasePair[]): string[] {
    const read = pairsOf(pairs, 'pairs', 'EncoderDecoder.unwritable');
    const { tokenizer, vocabulary } = this.words;
    const missing = read.flatMap(({ source, target }) => {
      const { slots } = sourceIds(this.words, source);
      return tokenizer
        .tokenize(target)
        .filter((own) => !vocabulary.has(own) && !slots.includes(own));
    });
    return [...new Set(missing)];
  }

  /**
   * exp of the mean of −ln p over the characters of the pairs' targets and their ends: how many characters it is, on
   * average, undecided between.
   *
   * @throws ArgumentTypeError or ArgumentRangeError if `pairs` is not a list of pairs
   */
  perplexity(pairs: readonly PhrasePair[]): number {
    const read = pairsOf(pairs, 'pairs', 'EncoderDecoder.perplexity');
    let [sum, count] = [0, 0];
    for (const rows of lengthBatches(read.map(lengthOf), TEXT_BATCH)) {
      const own = rows.flatMap((row) => read[row] ?? []);
      const losses = torch.scope(() =>
        torch.noGrad(() => this.losses(this.params, own).to('float64').tolist() as number[]),
      );
      for (const loss of losses) sum += loss;
      count += losses.length;
    }
    return Math.exp(sum / count);
  }

  /**
   * Writes a text for each source.
   *
   * @throws ArgumentTypeError or ArgumentRangeError if `sources` is not an array of texts with characters, or for wrong
   *   options
   */
  generate(sources: readonly string[], options: GenerateOptions = {}): GeneratedText[] {
    requireTexts(sources, 'sources', 'EncoderDecoder.generate');
    const read = readOptions(GENERATE, options, 'EncoderDecoder.generate');
    return atOnce(generateTexts(this, sources, read));
  }

  /** Frees the parameters. */
  dispose(): void {
    disposeTree(this.params);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

const lengthOf = ({ source, target }: PhrasePair): number =>
  Math.max(source.length, target.length) + 1;
