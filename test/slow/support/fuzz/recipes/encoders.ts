import fs from 'node:fs';
import { isPlainObject } from '../../../../../lib/check';
import * as text from '../../../../../lib/text';
import { type AnyFunction, method, type Recipe, recipe, recipesOf } from './recipe';
import { BERT_FOLDER, shared, writeVectors } from './shared-encoders';

const TEXTS = ['heavy rain and wind', 'bread', ''];
const NAME = 'metatorch/no-such-encoder';

/** The function with the network out of its reach, whatever its options. */
function offline(fn: AnyFunction): AnyFunction {
  const asked = fn as (...args: unknown[]) => unknown;
  const call = (source: unknown, options: unknown, ...more: unknown[]) => {
    const known = isPlainObject(options) || options === undefined;
    return asked(source, known ? { ...options, offline: true } : options, ...more);
  };
  return call as AnyFunction;
}

const of = recipesOf('text', 'text', text);

function savedVectors(): string {
  text.saveWordVectors(shared().vectors, 'vectors');
  return 'vectors';
}

function ofEncoder(
  key: keyof text.SentenceEncoder & string,
  fitting: Parameters<typeof recipe>[3],
): Recipe {
  return method('text', `text.SentenceEncoder.${key}`, () => shared().encoder, key, fitting);
}

const vectorizer = () => new text.TokenVectorizer((one) => shared().bert.tokenize(one));

export const ENCODER_RECIPES: readonly Recipe[] = [
  of('loadEncoder', () => [BERT_FOLDER, { maxLength: 8, precision: 'float32' }], offline),
  of('loadEncoderSync', () => [BERT_FOLDER, { maxLength: 8, precision: 'int8' }]),
  of('openEncoder', () => [{ ...shared().encoder.spec }, shared().encoder.params]),
  of('downloadEncoder', () => [NAME, { revision: 'main', cacheFolder: 'cache' }], offline),
  of('listEncoders', () => ['cache']),
  of('loadHuggingFace', () => [BERT_FOLDER, { maxLength: 8, precision: 'float16' }]),
  of('openHuggingFace', () => [{ ...shared().bert.spec }, shared().bert.params]),
  of('useLite', () => [{ maxLength: 8 }]),
  of('openUseLite', () => [{ ...shared().lite.spec }, shared().lite.params]),
  of('loadWordVectors', (random) => [
    writeVectors('vectors.txt'),
    {
      most: 4,
      pooling: random.pick(['sif', 'mean']),
      fitOn: TEXTS,
      counts: new Map([['rain', 2]]),
    },
  ]),
  of('saveWordVectors', () => [shared().vectors, 'vectors']),
  of('openWordVectors', (random) => {
    const folder = savedVectors();
    for (const file of fs.readdirSync(folder)) {
      if (random.chance(0.2)) fs.truncateSync(`${folder}/${file}`, random.int(500));
    }
    return [folder];
  }),
  of('wordVectorModel', () => [{ ...shared().vectors.spec }, shared().vectors.params]),
  recipe(
    'text',
    'text.SentenceEncoder',
    (...args: never[]) => Reflect.construct(text.SentenceEncoder, args),
    () => [shared().vectors, 'name'],
  ),
  recipe(
    'text',
    'text.TokenVectorizer.vectorize',
    (fn: never, texts: never) => new text.TokenVectorizer(fn).vectorize(texts),
    () => [(one: string) => shared().bert.tokenize(one), TEXTS],
  ),
  method('text', 'text.TokenVectorizer.lengths', vectorizer, 'lengths', () => [TEXTS]),
  ofEncoder('encode', () => [TEXTS, { batchSize: 2 }]),
  ofEncoder('encodeSync', () => [TEXTS, { batchSize: 2 }]),
  ofEncoder('vectorize', () => [TEXTS]),
  ofEncoder('lengths', () => [TEXTS]),
  ofEncoder('knows', () => [TEXTS]),
];
