// The models of `npm run bench:maml`, all of whose weights every task adapts. bench/peers/maml.py
// has the same in Python.
import { type Episodes, type Learner, maml } from '../../lib/meta';
import { convMaxPool, type Layer, layerNorm, linear, mlp } from '../../lib/nn';
import { type Generator, type Tensor, type Tree, torch } from '../../lib/torch';

/** Tokens of a text, and the size of a token's vector. */
export const LENGTH = 20;
export const WIDTH = 64;
const WAYS = 5;
const SHOTS = 5;
const QUERIES = 15;
const WINDOW = 3;
const CHANNELS = 100;
const HEADS = 4;
const HIDDEN = 128;

export type Workload = {
  model: Layer<Tree>;
  /** The shape of one input. */
  input: readonly number[];
  /** How many tasks adapt at once: so many as a cache holds. */
  tasksAtOnce: number;
};

/** Named layers and how an input goes through them. */
function composed<N extends string>(
  layers: Readonly<Record<N, Layer<Tree>>>,
  forward: (use: (name: N, x: Tensor) => Tensor, x: Tensor) => Tensor,
): Layer<Tree> {
  const names = Object.keys(layers) as N[];
  return {
    init: (generator) =>
      Object.fromEntries(names.map((name) => [name, layers[name].init(generator)])),
    apply: (params, x, context) =>
      forward(
        (name, value) => layers[name].apply((params as Record<N, Tree>)[name], value, context),
        x,
      ),
    tasks: true,
  };
}

const dense = (inFeatures: number, outFeatures: number): Layer<Tree> =>
  linear({ inFeatures, outFeatures }) as Layer<Tree>;

/**
 * Yoon Kim 2014: convolution over windows of tokens, maximum over time, linear classifier. Its `relu`
 * is the same before the maximum and after it.
 */
function textCnn(): Layer<Tree> {
  const filters = convMaxPool({ inChannels: WIDTH, outChannels: CHANNELS, kernelSize: WINDOW });
  const layers = { convolution: filters as Layer<Tree>, head: dense(CHANNELS, WAYS) };
  return composed(layers, (use, x) => use('head', use('convolution', x).relu()));
}

const norm = (): Layer<Tree> => layerNorm({ normalizedShape: WIDTH }) as Layer<Tree>;

function block(name: string): Readonly<Record<string, Layer<Tree>>> {
  return {
    [`${name}.first`]: norm(),
    [`${name}.query`]: dense(WIDTH, WIDTH),
    [`${name}.key`]: dense(WIDTH, WIDTH),
    [`${name}.value`]: dense(WIDTH, WIDTH),
    [`${name}.output`]: dense(WIDTH, WIDTH),
    [`${name}.second`]: norm(),
    [`${name}.up`]: dense(WIDTH, HIDDEN),
    [`${name}.down`]: dense(HIDDEN, WIDTH),
  };
}

/** Two pre-norm Transformer layers of four heads, mean over tokens, linear classifier. */
function transformer(): Layer<Tree> {
  const layers = { ...block('0'), ...block('1'), head: dense(WIDTH, WAYS) };
  return composed<string>(layers, (use, x) => {
    let hidden = x;
    for (const name of ['0', '1']) {
      const normed = use(`${name}.first`, hidden);
      const part = (which: string): Tensor => use(`${name}.${which}`, normed);
      const mixed = torch.attention(part('query'), part('key'), part('value'), { heads: HEADS });
      hidden = hidden.add(use(`${name}.output`, mixed));
      const up = use(`${name}.up`, use(`${name}.second`, hidden)).relu();
      hidden = hidden.add(use(`${name}.down`, up));
    }
    return use('head', hidden.mean([2]));
  });
}

export const WORKLOADS: Readonly<Record<string, Workload>> = {
  mlp: {
    model: mlp({ sizes: [300, 256, 128, WAYS] }) as Layer<Tree>,
    input: [300],
    tasksAtOnce: 32,
  },
  cnn: { model: textCnn(), input: [LENGTH, WIDTH], tasksAtOnce: 32 },
  transformer: { model: transformer(), input: [LENGTH, WIDTH], tasksAtOnce: 16 },
};

/** MAML on one of the workloads, and tasks for it: 5 inner steps of second order. */
export function mamlWorkload(
  name: string,
  tasks: number,
  lowRank = true,
): { learner: Learner<Tree, unknown>; episodes: Episodes; tasksAtOnce: number } {
  const workload = WORKLOADS[name];
  if (workload === undefined) throw new Error(`Expected one of ${Object.keys(WORKLOADS)}`);
  const { model, input, tasksAtOnce } = workload;
  const generator = torch.generator(1);
  const episodes = {
    ways: WAYS,
    support: examples(input, tasks, SHOTS, generator),
    query: examples(input, tasks, QUERIES, generator),
  };
  const learner = maml({ model, innerLearningRate: 0.1, innerSteps: 5, lowRank });
  return { learner: learner as Learner<Tree, unknown>, episodes, tasksAtOnce };
}

function examples(
  input: readonly number[],
  tasks: number,
  each: number,
  generator: Generator,
): Episodes['support'] {
  return {
    inputs: torch.randn([tasks, WAYS * each, ...input], { generator }),
    labels: torch.arange(WAYS).repeatInterleave(each).expand([tasks, -1]).contiguous(),
  };
}
