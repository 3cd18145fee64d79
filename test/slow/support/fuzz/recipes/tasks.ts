import fs from 'node:fs';
import * as serve from '../../../../../lib/serve';
import * as text from '../../../../../lib/text';
import { disposing, timed } from './limited';
import {
  type AnyFunction,
  construction,
  methodOfMade,
  methods,
  type Recipe,
  recipe,
  recipesOf,
} from './recipe';
import { shared } from './shared-encoders';

const ROWS = [
  { text: 'heavy rain', label: 'weather' },
  { text: 'a strong wind', label: 'weather' },
  { text: 'bread with butter', label: 'food' },
  { text: 'sugar', label: 'food' },
];
const PAIRS = [
  { first: 'rain', second: 'heavy rain', label: 'same' },
  { first: 'rain', second: 'bread', label: 'other' },
];
const RELATIONS = [
  { ...text.markedPair('[Anna](head) works for [Condor](tail)'), label: 'works for' },
  { ...text.markedPair('[Oslo](head) lies in [Norway](tail)'), label: 'lies in' },
];
const SENTENCES = ['fly to [Oslo](city)', '[KLM](airline) flies from [Rome](city)'].map((own) =>
  text.markedText(own),
);
const ITEMS = ['rain', 'wind', 'bread'].map((own) => ({ id: own, text: `heavy ${own}` }));
const RATED = {
  a: [
    { text: 'rain', rating: 1 },
    { text: 'bread', rating: 3 },
  ],
  b: [
    { text: 'wind', rating: 2 },
    { text: 'sugar', rating: 4 },
  ],
};
const DIALOGUES = [
  { context: 'is it raining?', response: 'yes, heavily' },
  { context: 'what is for dinner?', response: 'bread with butter' },
];
const ARTICLES = [{ sentences: ['heavy rain fell', 'bread was dry'], summary: 'heavy rain' }];
const PHRASES = Array.from({ length: 16 }, (_, i) => ({ source: `ab ${i}`, target: `ba ${i}` }));
const QUICK = { steps: 1, metaSteps: 1, hiddenSize: 4, seed: 1 };

const vectorizer = () => new text.HashedVectorizer({ dimensions: 16 });
const transfer = () => new serve.TransferClassifier(vectorizer(), ROWS, { source: ROWS });
const translator = () => serve.PhraseTranslator.fit({ a: PHRASES }, { ...QUICK, metaSteps: 0 });
/** A translator, whose `adapt` is ended however many steps it is asked for. */
const adaptable = async () => {
  const own = await translator();
  return {
    adapt: timed(1)(((...args: Parameters<typeof own.adapt>) => own.adapt(...args)) as AnyFunction),
    [Symbol.dispose]: () => own.dispose(),
  };
};
const predictor = async () => {
  const model = await serve.RatingModel.fit(shared().encoder, RATED);
  const own = await model.adapt(RATED.a);
  return {
    predict: (...args: Parameters<typeof own.predict>) => own.predict(...args),
    [Symbol.dispose]() {
      own.dispose();
      model.dispose();
    },
  };
};

/** A class that is fitted: its `fit`, and methods of what that makes. */
function fitted<T extends Disposable>(
  made: { fit(...args: never[]): Promise<T>; readonly name: string },
  fitting: () => readonly unknown[],
  asked: Partial<Record<keyof T & string, () => readonly unknown[]>>,
): Recipe[] {
  const fit = ((...args: never[]) => made.fit(...args)) as AnyFunction;
  const name = `serve.${made.name}`;
  // Options stand last, with a signal that ends what would take too long.
  const limited = ((...args: never[]) => timed(fitting().length - 1)(fit)(...args)) as AnyFunction;
  const make = () => Reflect.apply(made.fit, made, [...fitting()]);
  return [
    recipe('tasks', `${name}.fit`, disposing(limited), fitting),
    ...Object.entries(asked).map(([key, args]) =>
      methodOfMade('tasks', `${name}.${key}`, make, key as keyof T & string, () =>
        (args as () => readonly unknown[])(),
      ),
    ),
  ];
}

const CLASSES: readonly Recipe[] = [
  ...fitted(serve.InstanceMemory, () => [shared().encoder, ROWS, { falseAlarms: 0.1 }], {
    predict: () => [['rain', 'x'], {}],
    add: () => [[{ text: 'snow', label: 'weather' }], {}],
    remove: () => [({ label }: { label: string }) => label === 'food'],
  }),
  ...fitted(serve.PairClassifier, () => [shared().encoder, PAIRS, { ordered: true }], {
    predict: () => [[{ first: 'rain', second: 'wind' }], {}],
  }),
  ...fitted(serve.RelationClassifier, () => [shared().encoder, RELATIONS, {}], {
    predict: () => [RELATIONS, {}],
  }),
  ...fitted(serve.EntityBoundaries, () => [shared().encoder, SENTENCES, {}], {}),
  ...fitted(serve.EntityRecognizer, () => [shared().encoder, SENTENCES, {}], {
    find: () => [['a seat to Lisbon'], {}],
    tag: () => [[['to', 'Lisbon']], {}],
  }),
  ...fitted(serve.Recommender, () => [shared().encoder, ITEMS, [['rain', 'wind']], {}], {
    recommend: () => [['rain'], { count: 2 }],
    add: () => [[{ id: 'ice', text: 'ice' }], {}],
  }),
  ...fitted(serve.RatingModel, () => [shared().encoder, RATED, {}], {
    adapt: () => [RATED.b, {}],
  }),
  ...fitted(serve.ResponseSelector, () => [shared().encoder, DIALOGUES, {}], {
    select: () => ['rain?', ['yes', 'bread'], { count: 1 }],
  }),
  ...fitted(serve.Summarizer, () => [shared().encoder, ARTICLES, {}], {
    summarize: () => [['rain fell', 'we ate'], { count: 1 }],
  }),
  ...fitted(serve.PhraseTranslator, () => [{ a: PHRASES }, QUICK], {}),
];

const of = recipesOf('tasks', 'text', text);
const model = () => text.encoderDecoder(PHRASES, { hiddenSize: 4, seed: 1 });

const TEXTS: readonly Recipe[] = [
  of('markedText', () => ['fly to [Oslo](city)']),
  of('markedPair', () => ['[Oslo](head) lies in [Norway](tail)']),
  of('loadEntityTexts', () => [{ domain: 'travel' }]),
  of('loadRelations', () => []),
  of('readEntities', () => {
    fs.writeFileSync('x.conll', 'to O\nOslo B-city\n');
    return ['x.conll', { encoding: 'utf-8' }];
  }),
  of('encoderDecoder', () => [PHRASES, { hiddenSize: 4, seed: 1 }]),
  of(
    'phraseEpisodes',
    () => [model(), { a: PHRASES }, { tasks: 2, shots: 2, queries: 2, seed: 1 }],
    (fn) => {
      const episodes = fn as (...args: unknown[]) => (batch: number) => unknown;
      return ((...args: unknown[]) => episodes(...args)(0)) as AnyFunction;
    },
  ),
  of('characterLoss', () => {
    const own = model();
    const { inputs, labels } = own.tensors(PHRASES.slice(0, 2));
    return [own.layer.apply(own.params, inputs), labels];
  }),
  ...methods('tasks', 'text.EncoderDecoder', model, {
    tensors: () => [PHRASES.slice(0, 2), 9],
    losses: () => [model().params, PHRASES.slice(0, 2)],
    withParams: () => [model().params],
    unwritable: () => [[{ source: 'ab', target: 'xy' }]],
    perplexity: () => [PHRASES.slice(0, 2)],
    generate: () => [['ab 1', 'x'], { beams: 2, maxLength: 5 }],
  }),
];

/** What texts are used for: recommending, comparing, translating and others. */
export const TASK_RECIPES: readonly Recipe[] = [
  ...CLASSES,
  ...TEXTS,
  construction('tasks', 'serve.TransferClassifier', serve.TransferClassifier, () => [
    vectorizer(),
    ROWS,
    { source: ROWS },
  ]),
  methodOfMade('tasks', 'serve.TransferClassifier.predict', transfer, 'predict', () => [
    ['rain', 'x'],
  ]),
  methodOfMade('tasks', 'serve.RatingPredictor.predict', predictor, 'predict', () => [
    ['rain', 'x'],
    {},
  ]),
  methodOfMade('tasks', 'serve.PhraseTranslator.adapt', adaptable, 'adapt', () => [
    PHRASES.slice(0, 2),
    { steps: 1, learningRate: 1e-3 },
  ]),
  methodOfMade('tasks', 'serve.PhraseTranslator.translate', translator, 'translate', () => [
    ['ab 1'],
    { beams: 2, maxLength: 5 },
  ]),
  methodOfMade('tasks', 'serve.PhraseTranslator.perplexity', translator, 'perplexity', () => [
    PHRASES.slice(0, 2),
  ]),
  recipe('tasks', 'serve.headLeaderboard', timed(2)(serve.headLeaderboard as AnyFunction), () => [
    shared().encoder,
    [{ examples: ROWS, asked: ROWS }],
    {},
  ]),
  recipe('tasks', 'serve.exampleFeatures', timed(2)(serve.exampleFeatures as AnyFunction), () => [
    shared().encoder,
    ROWS,
    {},
  ]),
];
