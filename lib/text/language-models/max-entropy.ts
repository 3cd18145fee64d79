import { type OptionsOf, positiveInteger, readOptions, upTo, withDefault } from '../../check';
import type { Layer } from '../../nn';
import { unpad } from '../../nn/transformer/packed-texts';
import { type Tensor, torch } from '../../torch';
import type { TokenBatch } from '../token-vectorizer';
import { LANGUAGE_WORDS, languageWords } from './language-words';
import { LayerLanguageModel } from './layer-language-model';

const OPTIONS = {
  ...LANGUAGE_WORDS,
  /** n: words of the longest n-grams that are features. Default: 3. */
  order: withDefault(upTo(100), 3),
  /** n-grams that come fewer times are not features. Default: 1. */
  minFeatureCount: withDefault(positiveInteger, 1),
};

export type MaxEntropyOptions = OptionsOf<typeof OPTIONS>;

/** λ: of single words `[V]`, and of longer n-grams `[F]`. */
export type MaxEntropyParams = { words: Tensor; ngrams: Tensor };

/** By history, each word that is a feature after it, and the feature's number. */
type Features = ReadonlyMap<string, readonly (readonly [id: number, feature: number])[]>;

/**
 * The model of maximum entropy among those that expect each n-gram of the texts as often as it comes there:
 *
 *   p(w | h) ∝ exp Σ λₖ,  over the n-grams k that end in h w
 *
 * It starts as uniform; `train.trainLanguageModel` finds the λ, whose weight decay is a Gaussian prior. Ronald
 * Rosenfeld: A Maximum Entropy Approach to Adaptive Statistical Language Modelling, 1996; Stanley Chen, Ronald
 * Rosenfeld: A Survey of Smoothing Techniques for Maximum Entropy Models, 2000.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong texts or options
 */
export function maxEntropyModel(
  texts: readonly string[],
  options: MaxEntropyOptions = {},
): LayerLanguageModel<MaxEntropyParams> {
  const { order, minFeatureCount, ...own } = readOptions(OPTIONS, options, 'maxEntropyModel');
  const words = languageWords(texts, own, 'maxEntropyModel');
  const sequences = texts.map((text) => words.sequenceOf(text));
  const { features, count } = featuresOf(sequences, order, minFeatureCount);
  const layer = maxEntropyLayer(features, count, words.vocabulary.size, order);
  return new LayerLanguageModel(words, layer, layer.init(torch.generator(0)));
}

function featuresOf(sequences: readonly Int32Array[], order: number, least: number) {
  const counts = new Map<string, Map<number, number>>();
  for (const ids of sequences) {
    for (let i = 1; i < ids.length; i++) {
      for (let length = 1; length < order && length <= i; length++) {
        const history = ids.subarray(i - length, i).join();
        const own = counts.get(history) ?? new Map<number, number>();
        counts.set(history, own);
        own.set(ids[i] ?? 0, (own.get(ids[i] ?? 0) ?? 0) + 1);
      }
    }
  }
  let count = 0;
  const features = new Map<string, [number, number][]>();
  for (const [history, own] of counts) {
    const kept = [...own].filter(([, times]) => times >= least);
    if (kept.length > 0) {
      features.set(
        history,
        kept.map(([id]) => [id, count++]),
      );
    }
  }
  return { features, count };
}

function maxEntropyLayer(
  features: Features,
  count: number,
  vocabularySize: number,
  order: number,
): Layer<MaxEntropyParams, TokenBatch> {
  return {
    init: ({ device }) => ({
      words: torch.zeros([vocabularySize], { device }),
      ngrams: torch.zeros([Math.max(count, 1)], { device }),
    }),
    apply: ({ words, ngrams }, batch) =>
      torch.scope(() => {
        const { shape } = batch.ids;
        const cells = batch.ids.numel();
        const found = activeFeatures(features, batch, { vocabularySize, order });
        const base = words.expand([cells, vocabularySize]).flatten();
        const added = base.indexAdd(0, found.places, ngrams.indexSelect(0, found.features));
        return added.view([...shape, vocabularySize]);
      }),
  };
}

/** Which features speak for which cell of the logits. */
function activeFeatures(
  features: Features,
  batch: TokenBatch,
  { vocabularySize, order }: { vocabularySize: number; order: number },
): { places: Tensor; features: Tensor } {
  const width = batch.ids.size(-1);
  const places: number[] = [];
  const active: number[] = [];
  for (const [row, ids] of unpad(batch).entries()) {
    for (let i = 0; i < ids.length; i++) {
      const cell = (row * width + i) * vocabularySize;
      for (let length = 1; length < order && length <= i + 1; length++) {
        const own = features.get(ids.subarray(i + 1 - length, i + 1).join());
        if (own === undefined) break;
        for (const [id, feature] of own) {
          places.push(cell + id);
          active.push(feature);
        }
      }
    }
  }
  const numbers = (values: readonly number[]): Tensor =>
    torch.tensor(BigInt64Array.from(values, BigInt));
  return { places: numbers(places), features: numbers(active) };
}
