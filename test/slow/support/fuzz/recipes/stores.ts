import fs from 'node:fs';
import { isPlainObject } from '../../../../../lib/check';
import * as serve from '../../../../../lib/serve';
import { mutated } from '../mutate';
import type { Random } from '../random';
import { damaged } from './damaged-files';
import { type AnyFunction, type Recipe, recipe } from './recipe';
import { shared } from './shared-encoders';

const EXAMPLES = {
  weather: ['heavy rain', 'a strong wind'],
  food: ['bread with butter', 'sugar'],
};

const fitted = () => serve.FewShotClassifier.fitSync(EXAMPLES, { pool: shared().pool });

/** A server that is made of classifiers, asked, and closed; it does not listen. */
const served: AnyFunction = async (...[classifiers, options, request]: unknown[]) => {
  await undefined;
  const own =
    options === undefined || isPlainObject(options) ? { log: 'silent', ...options } : options;
  const made = Reflect.apply(serve.createServer, undefined, [classifiers, own]);
  const server = made as { inject(request: unknown): Promise<unknown>; close(): Promise<void> };
  try {
    await server.inject(request);
  } finally {
    await server.close();
  }
};

const SETTINGS = {
  bodyLimit: 1000,
  maxTexts: 4,
  maxTextLength: 100,
  maxLabels: 5,
  maxExamples: 10,
  rateLimit: 100,
  timeout: 1000,
  warmUp: false,
  readOnly: false,
  tokens: { cards: 'secret' },
  log: 'silent',
};

const REQUESTS = [
  { method: 'GET', url: '/v1/classifiers' },
  { method: 'POST', url: '/v1/classifiers/cards/classify', payload: { texts: ['rain'] } },
  { method: 'GET', url: '/healthz' },
  { method: 'GET', url: '/metrics' },
] as const;

type StoreMethod = 'names' | 'get' | 'put' | 'change' | 'import' | 'remove';

/** A method of a store that was just opened in a folder, of which a file may be damaged. */
function ofStore(key: StoreMethod, fitting: () => readonly unknown[]): Recipe {
  return {
    area: 'serve',
    name: `ClassifierStore.${key}`,
    prepare(random) {
      const args = mutated(fitting(), random);
      const run = async () => {
        await undefined;
        const before = random.int(5);
        if (before === 0) fs.rmSync('store', { recursive: true, force: true });
        if (before === 1) damageStore(random);
        const store = await serve.ClassifierStore.open('store', { pool: shared().pool });
        try {
          await Reflect.apply(Reflect.get(store, key) as AnyFunction, store, args);
        } finally {
          await store.close();
        }
      };
      return { run, args };
    },
  };
}

function damageStore(random: Random): void {
  if (!fs.existsSync('store')) return;
  const files = fs
    .readdirSync('store', { recursive: true, encoding: 'utf8' })
    .map((name) => `store/${name}`)
    .filter((name) => fs.statSync(name).isFile());
  if (files.length === 0) return;
  const file = random.pick(files);
  fs.writeFileSync(file, damaged(fs.readFileSync(file), random));
}

export const STORE_RECIPES: readonly Recipe[] = [
  {
    area: 'serve',
    name: 'serve.createServer',
    prepare(random) {
      const args = mutated([{ cards: undefined }, SETTINGS], random);
      // As it is: what a request lacks is said by the package that injects it.
      const request = random.pick(REQUESTS);
      const [classifiers, options] = args;
      const run = async () => {
        await undefined;
        const cards = fitted();
        try {
          const own = isPlainObject(classifiers) ? { ...classifiers, cards } : classifiers;
          await Reflect.apply(served, undefined, [own, options, request]);
        } finally {
          await cards.close();
        }
      };
      return { run, args };
    },
  },
  recipe('serve', 'serve.shutDown', serve.shutDown as AnyFunction, () => [{}, { drain: 1 }]),
  recipe('serve', 'serve.shutDownOnSignals', serve.shutDownOnSignals as AnyFunction, () => [
    {},
    { drain: 1 },
  ]),
  recipe(
    'serve',
    'ClassifierStore.open',
    async (...args: never[]) => {
      const store = await Reflect.apply(serve.ClassifierStore.open, serve.ClassifierStore, args);
      await store.close();
    },
    () => ['store', { pool: shared().pool }],
  ),
  ofStore('names', () => []),
  ofStore('get', () => ['cards']),
  ofStore('put', () => ['cards', EXAMPLES, { head: 'ridge' }]),
  ofStore('change', () => ['cards', { type: 'renameLabel', label: 'food', name: 'meals' }, {}]),
  ofStore('import', () => ['cards', 'saved']),
  ofStore('remove', () => ['cards']),
  recipe(
    'serve',
    'AdaptedClassifier.load',
    async (...args: never[]) => {
      const made = await Reflect.apply(serve.AdaptedClassifier.load, serve.AdaptedClassifier, args);
      await made.close();
    },
    () => ['nowhere', { workers: 1, threads: 1, maxQueue: 2 }],
  ),
];
