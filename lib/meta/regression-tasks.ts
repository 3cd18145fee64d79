import { checkOptions, hasHoles, positiveInteger } from '../check';
import { invalidArgument } from '../errors';
import { type Dtype, Generator, type Tensor, torch } from '../torch';
import { sameShape, shapeOf, wrongShape } from '../torch/check-tensors';
import type { Episodes, Examples } from './episode';
import type { TaskLoss } from './task-loss';

export type SineTaskOptions = {
  /** T. Default: 25. */
  tasks?: number;
  /** K: support points of each task. Default: 10. */
  shots?: number;
  /** Query points of each task. Default: 10. */
  queries?: number;
  /** Bounds of the amplitude a. Default: [0.1, 5]. */
  amplitudes?: readonly [number, number];
  /** Bounds of the phase φ. Default: [0, π]. */
  phases?: readonly [number, number];
  /** Bounds of x. Default: [−5, 5]. */
  inputs?: readonly [number, number];
  /** Default: `float32`. */
  dtype?: Dtype;
};

const COUNTS = ['tasks', 'shots', 'queries'] as const;
const BOUNDS = ['amplitudes', 'phases', 'inputs'] as const;
const DEFAULTS: Required<SineTaskOptions> = {
  tasks: 25,
  shots: 10,
  queries: 10,
  amplitudes: [0.1, 5],
  phases: [0, Math.PI],
  inputs: [-5, 5],
  dtype: 'float32',
};

/**
 * Regression tasks y = a·sin(x − φ), each with an amplitude and a phase of its own: Finn et al. 2017,
 * section 5.1. Inputs and labels are `[T, n, 1]`; a learner takes them with `loss: taskMse`.
 *
 * @throws ArgumentRangeError for counts that are not positive integers; ArgumentTypeError for bounds that
 *   are not two numbers, options that are unknown, and without a generator
 */
export function sineTasks(generator: Generator, options: SineTaskOptions = {}): Episodes {
  checkOptions(options, [...COUNTS, ...BOUNDS, 'dtype'], 'sineTasks');
  const { tasks, shots, queries, amplitudes, phases, inputs, dtype } = { ...DEFAULTS, ...options };
  checkCountsAndBounds({ tasks, shots, queries, amplitudes, phases, inputs });
  const { device } = generatorOf(generator);
  const draw = (count: number, [low, high]: readonly [number, number]): Tensor =>
    torch
      .rand([tasks, count, 1], { generator, dtype, device })
      .mul(high - low)
      .add(low);
  return torch.scope(() => {
    const [amplitude, phase] = [draw(1, amplitudes), draw(1, phases)];
    const examples = (count: number): Examples => {
      const x = draw(count, inputs);
      return { inputs: x, labels: x.sub(phase).sin().mul(amplitude) };
    };
    return { ways: 1, support: examples(shots), query: examples(queries) };
  });
}

/**
 * The mean squared error of each task: predictions and targets `[T, n, D]` give `[T]`. Targets that are
 * NaN only fill up and count for nothing.
 *
 * @throws ArgumentRangeError if the shapes differ
 */
export const taskMse: TaskLoss = (predictions, targets) => {
  const shape = shapeOf(predictions, 'predictions', 'taskMse');
  const own = shapeOf(targets, 'targets', 'taskMse');
  if (!sameShape(shape, own)) {
    throw wrongShape(`[${shape.join(', ')}]`, 'targets', own, 'taskMse');
  }
  const missing = targets.isnan();
  const errors = predictions.sub(targets.maskedFill(missing, 0)).maskedFill(missing, 0);
  const counts = missing.logicalNot().flatten(1).sum([1]).clampMin(1);
  return errors.square().flatten(1).sum([1]).div(counts);
};

function checkCountsAndBounds(options: Omit<Required<SineTaskOptions>, 'dtype'>): void {
  for (const name of COUNTS) positiveInteger(options[name], name, 'sineTasks');
  for (const name of BOUNDS) {
    const pair: unknown = options[name];
    const isPair = Array.isArray(pair) && pair.length === 2 && !hasHoles(pair);
    if (isPair && pair.every(Number.isFinite)) continue;
    throw invalidArgument('two finite numbers', `${name} of sineTasks`, pair, 'sineTasks');
  }
}

function generatorOf(generator: unknown): Generator {
  if (generator instanceof Generator) return generator;
  const expected = 'a generator, such as torch.generator(1),';
  throw invalidArgument(expected, 'the generator of sineTasks', generator, 'sineTasks');
}
