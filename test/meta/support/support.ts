import type { Episodes } from '../../../lib/meta';
import type { Layer } from '../../../lib/nn';
import {
  type Dtype,
  type Generator,
  mapTree,
  type Tensor,
  type Tree,
  torch,
} from '../../../lib/torch';

/** T random tasks of Gaussian classes, in float64. */
export function randomEpisodes(
  generator: Generator,
  { tasks = 3, ways = 3, shots = 2, queries = 2, size = 4 } = {},
): Episodes {
  const centers = torch.randn([tasks, ways, 1, size], { generator, dtype: 'float64' });
  const examples = (each: number) => ({
    inputs: torch
      .randn([tasks, ways, each, size], { generator, dtype: 'float64' })
      .add(centers, { alpha: 2 })
      .reshape([tasks, ways * each, size]),
    labels: torch.arange(ways).repeatInterleave(each).expand([tasks, -1]),
  });
  return { ways, support: examples(shots), query: examples(queries) };
}

/** Fresh parameters of a layer in another dtype, ready for gradients. */
export function parametersOf<P extends Tree>(
  learner: { init(generator: Generator): P },
  seed: number,
  dtype: Dtype = 'float64',
): P {
  const params = learner.init(torch.generator(seed));
  return mapTree(([w]) => w.to(dtype).detach().requiresGrad_(), params);
}

/** The derivative of `fn` at one element of `at` by central differences. */
export function centralDifference(
  fn: () => number,
  at: Tensor,
  index: number,
  step: number,
): number {
  const element = at.detach().view([-1]).select(0, index);
  const value = Number(element.item());
  element.fill_(value + step);
  const above = fn();
  element.fill_(value - step);
  const below = fn();
  element.fill_(value);
  return (above - below) / (2 * step);
}

/** A model of one weight `[d, d]` whose layers are easy to differentiate by hand. */
export function smoothModel(size: number, ways: number): Layer<{ w: Tensor; v: Tensor }> {
  return {
    init: (generator) => ({
      w: torch.randn([size, size], { generator }).mul(0.5),
      v: torch.randn([size, ways], { generator }).mul(0.5),
    }),
    apply: ({ w, v }, x) => x.matmul(w).tanh().matmul(v),
  };
}

/** The same tasks with other inputs. */
export function mapEpisodes<I extends Tree>(
  { support, query, ...rest }: Episodes,
  fn: (inputs: Tensor) => I,
): Episodes<I> {
  return {
    ...rest,
    support: { ...support, inputs: fn(support.inputs) },
    query: { ...query, inputs: fn(query.inputs) },
  };
}

/** What a learner with a model behind an encoder shares with every other. */
export function modelAndEncoder<P, E>({ model, encoder }: { model: P; encoder: E }) {
  return { model, encoder };
}
