import { byName, flagsOf, knownOptions } from '../../check';
import { ArgumentTypeError, invalidArgument } from '../../errors';
import { binding } from '../binding';
import { handleOf } from '../handle';
import { isTensor, type Tensor, tensorOf } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import { named } from './checks';
import { refuseInference } from './grad-modes';
import { explaining } from './graph/detect-anomaly';

export type GradOptions = {
  /** What multiplies each output's gradient; may be left out for outputs of one element. */
  gradOutputs?: Tensor | readonly (Tensor | null)[];
  /** Record the gradient's own computation, for gradients of gradients. Default: false. */
  createGraph?: boolean;
  /** Keep the graph for another pass. Default: `createGraph`. */
  retainGraph?: boolean;
};

/**
 * The gradients of the summed outputs with respect to every tensor of `inputs`, as a tree of the
 * same structure. With `allowUnused`, an input that the outputs do not depend on gets zeros. `gradOutputs` may come by
 * position, as in Python.
 *
 *     const { weight } = torch.grad(loss, { weight: w }, { createGraph: true });
 *
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if nothing was recorded, or an input is unused, or with
 *   `createGraph` in inference mode
 * @throws ArgumentTypeError if an output, an input or one of `gradOutputs` is not a tensor
 */
export function grad<T extends Tree>(
  outputs: Tensor | readonly Tensor[],
  inputs: T,
  options?: GradOptions & { allowUnused?: boolean },
): T;
export function grad<T extends Tree>(
  outputs: Tensor | readonly Tensor[],
  inputs: T,
  gradOutputs: Tensor | readonly (Tensor | null)[],
  options?: Omit<GradOptions, 'gradOutputs'> & { allowUnused?: boolean },
): T;
export function grad<T extends Tree>(
  outputs: Tensor | readonly Tensor[],
  inputs: T,
  ...args: readonly unknown[]
): T {
  const options = byName(args, ['gradOutputs'], FLAGS.grad, 'grad');
  const gradients = runGrad(outputs, leaves(inputs), options as GradOptions, 'grad');
  let next = 0;
  return named('inputs', 'grad', () =>
    mapTree(([input]) => gradients[next++] ?? input.zerosLike(), inputs),
  );
}

/** Like `grad` of a list, with null where the outputs do not depend on an input. */
export function gradOrNull(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  return runGrad(outputs, inputs, options, 'gradOrNull');
}

const FLAGS = {
  grad: ['createGraph', 'retainGraph', 'allowUnused'],
  gradOrNull: ['createGraph', 'retainGraph'],
} as const;

function runGrad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions & { allowUnused?: boolean },
  operator: 'grad' | 'gradOrNull',
): (Tensor | null)[] {
  const known = ['gradOutputs', ...FLAGS[operator]] as const;
  const { gradOutputs, ...flags } = knownOptions(options, known, operator);
  const { createGraph, retainGraph, allowUnused } = flagsOf(flags, FLAGS.grad, operator);
  const from = tensorsOf(outputs, 'outputs');
  const to = tensorsOf(inputs, 'inputs');
  const seeds = gradOutputs === undefined ? null : tensorsOf(gradOutputs, 'gradOutputs', true);
  if (seeds !== null && seeds.length !== from.length) {
    throw new ArgumentTypeError(
      `grad: Expected ${from.length} gradOutputs, one for each output, but received ${seeds.length}`,
      'grad',
    );
  }
  if (to.length === 0) throw new ArgumentTypeError('grad: Expected at least one input', 'grad');
  if (createGraph) refuseInference(operator);
  const retain = flags.retainGraph === undefined ? createGraph : retainGraph;
  const unused = operator === 'gradOrNull' || allowUnused;
  // Handles last: reading the arrays may have run code that disposes of tensors.
  return explaining(() =>
    binding.grad(
      from.map(handleOf),
      to.map(handleOf),
      handlesOf(seeds),
      retain,
      createGraph,
      unused,
    ),
  ).map((handle) => (handle === null ? null : tensorOf(handle)));
}

function handlesOf(tensors: readonly (Tensor | null)[] | null): (number | null)[] | null {
  return tensors?.map((tensor) => (tensor === null ? null : handleOf(tensor))) ?? null;
}

function tensorsOf(tensors: unknown, name: string): Tensor[];
function tensorsOf(tensors: unknown, name: string, nullable: true): (Tensor | null)[];
function tensorsOf(tensors: unknown, name: string, nullable = false): (Tensor | null)[] {
  if (isTensor(tensors)) return [tensors];
  if (!Array.isArray(tensors)) {
    throw invalidArgument('a tensor or an array of tensors', name, tensors, 'grad');
  }
  const all: (Tensor | null)[] = [];
  // By place: `map` would pass over holes.
  for (let i = 0; i < tensors.length; i++) {
    const tensor: unknown = tensors[i];
    const fits = isTensor(tensor) || (nullable && tensor === null);
    if (!fits) throw invalidArgument('a tensor', `${name}[${i}]`, tensor, 'grad');
    all.push(tensor);
  }
  return all;
}
