import fs from 'node:fs';
import { EncoderPool, FewShotClassifier, serve } from '../../../../../lib';
import { isPlainObject } from '../../../../../lib/check';
import type { Random } from '../random';
import { type AnyFunction, methodOfMade, type Recipe, recipe } from './recipe';
import { BERT_FOLDER, shared } from './shared-encoders';

const EXAMPLES = {
  weather: ['heavy rain', 'a strong wind'],
  food: ['bread with butter', 'sugar'],
  money: ['the bank charges interest'],
};

/** Options with the shared pool where they ask for none: a pool of each call's own starts threads. */
function pooled(options: unknown): unknown {
  const own = options === undefined ? {} : options;
  if (!isPlainObject(own) || 'pool' in own) return own;
  const { encoder: _, ...others } = own;
  return { ...others, pool: shared().pool };
}

type Closed = { close(): Promise<void> };

/** What a function makes, closed again. */
function closing(fn: (...args: never[]) => Closed | Promise<Closed>): AnyFunction {
  return async (...args) => {
    // The scope of the call is left, in which a classifier's tensors would end.
    await undefined;
    const made = await fn(...args);
    await made.close();
  };
}

const fitted = () => FewShotClassifier.fitSync(EXAMPLES, { pool: shared().pool });

type Methods = Partial<Record<keyof FewShotClassifier & string, (random: Random) => unknown[]>>;

const METHODS: Methods = {
  predict: (random) => [
    random.pick([['rain', 'x'], 'rain']),
    { timeout: 5000, signal: AbortSignal.timeout(5000) },
  ],
  predictSync: () => [['rain', 'x']],
  embed: () => [['rain', 'x']],
  similar: () => ['rain', 2],
  suspects: () => [],
  addExamples: () => [{ weather: ['snow'], sport: ['a ball'] }],
  addLabel: () => ['sport', ['a ball']],
  removeExamples: () => [['sugar']],
  removeLabel: () => ['money'],
  renameLabel: () => ['weather', 'sky'],
  refit: (random) => [{ head: random.pick(['auto', 'ridge', 'logistic']) }],
  save: () => ['classifier'],
  close: () => [],
};

/** A saved classifier, some of its files cut off. */
async function loadDamaged(folder: unknown, options: unknown, cut: unknown): Promise<Closed> {
  const classifier = fitted();
  await classifier.save('saved');
  await classifier.close();
  for (const [i, file] of fs.readdirSync('saved').sort().entries()) {
    if (i === cut) fs.truncateSync(`saved/${file}`, 99);
  }
  return Reflect.apply(FewShotClassifier.load, FewShotClassifier, [folder, pooled(options)]);
}

export const SERVE_RECIPES: readonly Recipe[] = [
  recipe(
    'serve',
    'FewShotClassifier.fit',
    closing((...[examples, options]: unknown[]) =>
      Reflect.apply(FewShotClassifier.fit, FewShotClassifier, [examples, pooled(options)]),
    ),
    () => [EXAMPLES, { head: 'auto', falseAlarms: 0.1, pool: shared().pool }],
  ),
  recipe(
    'serve',
    'FewShotClassifier.fitSync',
    closing((...[examples, options]: unknown[]) =>
      Reflect.apply(FewShotClassifier.fitSync, FewShotClassifier, [examples, pooled(options)]),
    ),
    () => [EXAMPLES, { head: 'auto', falseAlarms: 0.1, pool: shared().pool }],
  ),
  recipe('serve', 'FewShotClassifier.load', closing(loadDamaged), (random) => [
    'saved',
    { pool: shared().pool },
    random.int(4),
  ]),
  ...Object.entries(METHODS).map(([key, fitting]) =>
    methodOfMade(
      'serve',
      `FewShotClassifier.${key}`,
      fitted,
      key as keyof FewShotClassifier & string,
      fitting,
    ),
  ),
  recipe('serve', 'serve.inspectExamples', serve.inspectExamples as AnyFunction, () => [EXAMPLES]),
  ...(['open', 'openSync'] as const).map((key) =>
    recipe(
      'serve',
      `EncoderPool.${key}`,
      closing((...args) => Reflect.apply(EncoderPool[key], EncoderPool, args)),
      () => [
        {
          encoder: BERT_FOLDER,
          workers: 2,
          threads: 1,
          maxBatch: 4,
          maxQueue: 8,
          load: { offline: true },
        },
      ],
    ),
  ),
  recipe(
    'serve',
    'EncoderPool.encode',
    async (...args: never[]) => Reflect.apply(shared().pool.encode, shared().pool, args),
    () => [['rain', 'x']],
  ),
];
