import { ArgumentTypeError } from '../errors';
import { binding } from './binding';
import { isTensor } from './handle';
import { Tensor } from './tensor';
import { leaves, mapTree, type Tree } from './tree';

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
 * same structure. With `allowUnused`, an input that the outputs do not depend on gets zeros.
 *
 *     const { weight } = torch.grad(loss, { weight: w }, { createGraph: true });
 *
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if nothing was recorded, or an input is unused
 */
export function grad<T extends Tree>(
  outputs: Tensor | readonly Tensor[],
  inputs: T,
  options: GradOptions & { allowUnused?: boolean } = {},
): T {
  const wanted = leaves(inputs);
  const gradients = runGrad(outputs, wanted, options, options.allowUnused ?? false);
  let next = 0;
  return mapTree(([input]) => {
    const handle = gradients[next++];
    if (handle !== null && handle !== undefined) return new Tensor(handle);
    return input.zerosLike();
  }, inputs);
}

/** Like `grad` of a list, with null where the outputs do not depend on an input. */
export function gradOrNull(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  return runGrad(outputs, inputs, options, true).map((handle) =>
    handle === null ? null : new Tensor(handle),
  );
}

function runGrad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  { gradOutputs, createGraph = false, retainGraph = createGraph }: GradOptions,
  allowUnused: boolean,
): (number | null)[] {
  const from = isTensor(outputs) ? [outputs] : outputs;
  const seeds = isTensor(gradOutputs) ? [gradOutputs] : gradOutputs;
  if (seeds !== undefined && seeds.length !== from.length) {
    throw new ArgumentTypeError(
      `grad: Expected ${from.length} gradOutputs, one for each output, but received ${seeds.length}`,
      'grad',
    );
  }
  if (inputs.length === 0) throw new ArgumentTypeError('grad: Expected at least one input', 'grad');
  return binding.grad(
    from.map((output) => output.handle),
    inputs.map((input) => input.handle),
    seeds?.map((seed) => seed?.handle ?? null) ?? null,
    retainGraph,
    createGraph,
    allowUnused,
  );
}
