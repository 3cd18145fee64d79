import * as nn from '../../../../../lib/nn';
import * as optim from '../../../../../lib/optim';
import { type Tensor, torch } from '../../../../../lib/torch';
import { type AnyFunction, type Recipe, recipe } from './recipe';

const drawn = () => torch.generator(1);
const x = (...shape: number[]): Tensor => torch.randn(shape, { generator: drawn() });
const ids = (...shape: number[]): Tensor => torch.randint(0, 3, shape, { generator: drawn() });

/** A layer's options, and an input that fits it. */
const LAYERS: Readonly<Record<string, readonly [readonly unknown[], () => unknown]>> = {
  relu: [[], () => x(2, 3)],
  identity: [[], () => x(2, 3)],
  gelu: [[], () => x(2, 3)],
  tanh: [[], () => x(2, 3)],
  linear: [[{ inFeatures: 3, outFeatures: 2, bias: true }], () => x(2, 3)],
  conv1d: [[{ inChannels: 3, outChannels: 2, kernelSize: 2 }], () => x(2, 5, 3)],
  convMaxPool: [[{ inChannels: 3, outChannels: 2, kernelSize: 2 }], () => x(2, 5, 3)],
  dropout: [[{ p: 0.5 }], () => x(2, 3)],
  embedding: [[{ numEmbeddings: 4, embeddingDim: 3 }], () => ids(2, 3)],
  layerNorm: [[{ normalizedShape: 3, eps: 1e-5 }], () => x(2, 3)],
  lstm: [[{ inputSize: 3, hiddenSize: 2, bidirectional: true }], () => ({ x: x(2, 4, 3) })],
  gru: [[{ inputSize: 3, hiddenSize: 2, bidirectional: true }], () => ({ x: x(2, 4, 3) })],
  gruCell: [[{ inputSize: 3, hiddenSize: 2 }], () => x(2, 6)],
  lstmCell: [[{ inputSize: 3, hiddenSize: 2 }], () => x(2, 3)],
  meanPooling: [[], () => ({ x: x(2, 4, 3), mask: torch.ones([2, 4]) })],
  mlp: [[{ sizes: [3, 4, 2], activation: 'relu' }], () => x(2, 3)],
  bert: [
    [
      {
        vocabularySize: 6,
        dimensions: 4,
        layers: 1,
        heads: 2,
        hidden: 8,
        positions: 8,
      },
    ],
    () => ({ ids: ids(2, 3), mask: torch.ones([2, 3], { dtype: 'int64' }) }),
  ],
  multiHeadAttention: [[{ dimensions: 4, heads: 2 }], () => ({ x: x(2, 3, 4) })],
};

type AnyLayer = { init(generator: unknown): unknown; apply(...args: unknown[]): unknown };

function layerOf(name: string): AnyLayer {
  const [options] = LAYERS[name] ?? [[]];
  return Reflect.apply(Reflect.get(nn, name), undefined, options);
}

function recipesOfLayer([name, [options, input]]: (typeof ENTRIES)[number]): Recipe[] {
  const init = (generator: unknown) => layerOf(name).init(generator);
  const key = name.endsWith('Cell') ? 'step' : 'apply';
  const apply = (...args: unknown[]) =>
    Reflect.apply(Reflect.get(layerOf(name), key), undefined, args);
  return [
    recipe('nn', `nn.${name}`, Reflect.get(nn, name), () => options),
    recipe('nn', `nn.${name}.init`, init, () => [drawn()]),
    recipe('nn', `nn.${name}.apply`, apply, (random) => {
      const params = layerOf(name).init(drawn());
      const context = { training: true, generator: drawn() };
      return [params, input(), ...(random.chance(0.5) ? [context] : [])];
    }),
  ];
}

const ENTRIES = Object.entries(LAYERS);
const loss = (name: 'crossEntropy' | 'mse' | 'accuracy', args: () => readonly unknown[]): Recipe =>
  recipe('nn', `nn.${name}`, Reflect.get(nn, name) as AnyFunction, args);
const shaped = (name: keyof typeof nn, options: object): Recipe =>
  recipe('nn', `nn.${name}`, Reflect.get(nn, name) as AnyFunction, () => [
    [3, 2],
    drawn(),
    options,
  ]);

export const LAYER_RECIPES: readonly Recipe[] = [
  ...ENTRIES.flatMap(recipesOfLayer),
  recipe('nn', 'nn.sequential', nn.sequential as AnyFunction, () => [layerOf('linear'), nn.relu()]),
  recipe(
    'nn',
    'nn.sequential.apply',
    (params: never, input: never) =>
      nn.sequential(nn.linear({ inFeatures: 3, outFeatures: 2 }), nn.relu()).apply(params, input),
    () => [
      nn.sequential(nn.linear({ inFeatures: 3, outFeatures: 2 }), nn.relu()).init(drawn()),
      x(2, 3),
    ],
  ),
  loss('crossEntropy', () => [x(4, 3), ids(4), { reduction: 'mean', labelSmoothing: 0.1 }]),
  loss('mse', () => [x(4, 3), x(4, 3), { reduction: 'sum' }]),
  loss('accuracy', () => [x(2, 4, 3), ids(2, 4), { perTask: true }]),
  shaped('kaimingUniform', { a: 1 }),
  shaped('xavierUniform', { gain: 1 }),
  shaped('uniform', { bound: 1 }),
  shaped('normal', { mean: 0, std: 1 }),
  shaped('zeros', { dtype: 'float64' }),
  shaped('ones', {}),
  recipe('nn', 'nn.countParameters', nn.countParameters, () => [{ a: x(2) }]),
  recipe('nn', 'nn.trainable', nn.trainable, () => [{ a: x(2), b: [x(1)] }]),
  recipe('nn', 'nn.expandTasks', nn.expandTasks, () => [{ a: x(2), b: [x(1)] }, 3]),
  recipe('nn', 'nn.selectTask', nn.selectTask, () => [{ a: x(2, 3), b: [x(2, 1)] }, 1]),
  recipe('nn', 'nn.overTasks', nn.overTasks, () => [nn.linear({ inFeatures: 2, outFeatures: 3 })]),
];

const RULES: Readonly<Record<string, object>> = {
  sgd: { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 },
  adam: { learningRate: 0.1, betas: [0.9, 0.99], eps: 1e-8, amsgrad: true },
  adamW: { learningRate: 0.1, weightDecay: 0.1 },
  rmsprop: { learningRate: 0.1, alpha: 0.9, centered: true },
};

type AnyOptimizer = { init(params: unknown): unknown; update(...args: unknown[]): unknown };
const params = () => ({ a: x(2), b: [x(2, 2)] });

function recipesOfRule([name, options]: [string, object]): Recipe[] {
  const make = (): AnyOptimizer => Reflect.apply(Reflect.get(optim, name), undefined, [options]);
  return [
    recipe('optim', `optim.${name}`, Reflect.get(optim, name), () => [options]),
    recipe(
      'optim',
      `optim.${name}.init`,
      (tree: unknown) => make().init(tree),
      () => [params()],
    ),
    recipe(
      'optim',
      `optim.${name}.update`,
      (...args: unknown[]) => make().update(...args),
      (random) => [params(), make().init(params()), params(), { donate: random.chance(0.5) }],
    ),
  ];
}

function schedule(name: 'linearWarmup' | 'cosineDecay' | 'stepDecay', options: object): Recipe[] {
  const at = (step: number) =>
    (Reflect.get(optim, name) as (o: object) => (s: number) => number)(options)(step);
  return [
    recipe('optim', `optim.${name}`, Reflect.get(optim, name) as AnyFunction, () => [options]),
    recipe('optim', `optim.${name}.at`, at, (random) => [random.int(10)]),
  ];
}

export const OPTIM_RECIPES: readonly Recipe[] = [
  ...Object.entries(RULES).flatMap(recipesOfRule),
  ...schedule('linearWarmup', { steps: 3, rate: 0.1 }),
  ...schedule('cosineDecay', { rate: 0.1, steps: 5, end: 0 }),
  ...schedule('stepDecay', { rate: 0.1, every: 2, factor: 0.5 }),
  recipe('optim', 'optim.constant', optim.constant, () => [0.1]),
  recipe('optim', 'optim.globalNorm', optim.globalNorm, () => [params()]),
  recipe('optim', 'optim.clipByGlobalNorm', optim.clipByGlobalNorm, () => [params(), 1]),
];
