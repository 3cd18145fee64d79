import * as text from '../../../../../lib/text';
import { type AnyFunction, methods, type Recipe, recipe, recipesOf } from './recipe';

const TEXTS = ['heavy rain and wind', 'rain and wind', 'heavy bread', 'bread and wind'];
const LSTM = { dimensions: 3, hiddenSize: 4, dropout: 0.1, minCount: 1, seed: 1 };
const TRANSFORMER = { dimensions: 4, heads: 2, layers: 1, hidden: 8, minCount: 1, seed: 1 };

const of = recipesOf('language', 'text', text);

/** A model that is made, and asked at once. */
const asked = (fn: AnyFunction): AnyFunction => {
  const make = fn as (...args: unknown[]) => text.LanguageModel;
  return ((...args: unknown[]) => {
    const model = make(...args);
    model.logProbabilities(['heavy wind', '']);
    return model.distribution(['heavy']);
  }) as AnyFunction;
};

const kneserNey = () => text.kneserNey(TEXTS, { order: 2, minCount: 1 });
const lstm = () => text.lstmLanguageModel(TEXTS, LSTM);
const KINDS = Object.keys(text.TRAINABLE_ENCODERS) as (keyof typeof text.TRAINABLE_ENCODERS)[];
const ENCODERS: Partial<Record<(typeof KINDS)[number], object>> = {
  mean: { dimensions: 3, dropout: 0.1 },
  max: { dimensions: 3 },
  cnn: { dimensions: 3, kernelSizes: [1, 2], filters: 2 },
  bilstm: { dimensions: 3, hiddenSize: 2, attentionSize: 2, hops: 1 },
  transformer: { dimensions: 4, heads: 2, layers: 1, hidden: 4, pooling: 'cls' },
  characters: { dimensions: 3, filters: 2, kernelSizes: [1, 2], maxLength: 20 },
  hashed: { dimensions: 3, buckets: 16, shortest: 2, longest: 3 },
};

/** An encoder that is checked, built, and used on its texts. */
const encoder = (kind: (typeof KINDS)[number]): Recipe =>
  recipe(
    'language',
    `text.TRAINABLE_ENCODERS.${kind}`,
    async (...[options, texts]: unknown[]) => {
      const { check, build } = text.TRAINABLE_ENCODERS[kind];
      const own: unknown = check(options, 'options', kind);
      const built = (await Reflect.apply(build, undefined, [own, texts])) as text.TrainableEncoder;
      Reflect.apply(built.vectorizer.vectorize, built.vectorizer, [texts]);
      built.dispose();
    },
    () => [{ ...ENCODERS[kind] }, TEXTS],
  );

export const LANGUAGE_RECIPES: readonly Recipe[] = [
  of('kneserNey', () => [TEXTS, { order: 3, minCount: 1, maxSize: 20 }], asked),
  of('lstmLanguageModel', () => [TEXTS, LSTM], asked),
  of('transformerLanguageModel', () => [TEXTS, TRANSFORMER], asked),
  of('maxEntropyModel', () => [TEXTS, { order: 2, minFeatureCount: 1, minCount: 1 }], asked),
  of('perplexity', (random) => [random.chance(0.5) ? kneserNey() : lstm(), TEXTS]),
  ...methods('language', 'text.KneserNey', kneserNey, {
    logProbabilities: () => [TEXTS],
    distribution: () => [['heavy', 'rain']],
  }),
  ...methods('language', 'text.LayerLanguageModel', lstm, {
    logProbabilities: () => [TEXTS],
    distribution: () => [['heavy', 'rain']],
    losses: () => [lstm().params, TEXTS],
    withParams: () => [lstm().params],
    dispose: () => [],
  }),
  ...Object.keys(ENCODERS).map((kind) => encoder(kind as (typeof KINDS)[number])),
];
