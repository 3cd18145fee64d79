import { TorchError } from '../errors';
import { leaves, mapTree, type Tensor, type Tree, torch } from '../torch';
import { requireTensor } from '../torch/check-tensors';

export type ReachedOptions = {
  /** What is differentiated, for the error: `the support loss`. */
  of: string;
  /** Record the gradient's own computation. Default: false. */
  createGraph?: boolean;
  /** Keep the graph for another pass. Default: `createGraph`. */
  retainGraph?: boolean;
  /** What multiplies the gradients. Default: 1. */
  gradOutputs?: Tensor;
};

/**
 * The gradients of a loss with respect to every tensor of a tree; zeros for those that it ignores.
 *
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if it ignores all of them: then something has cut the graph,
 *   and training would go on without learning
 */
export function reachedGradients<P extends Tree>(
  loss: Tensor,
  at: P,
  { of, ...options }: ReachedOptions,
): P {
  requireTensor(loss, 'the loss', 'a gradient');
  if (!loss.requiresGrad) throw cutGraph(of);
  const found = torch.gradOrNull(loss, leaves(at), options);
  if (found.every((gradient) => gradient === null)) throw cutGraph(of);
  let next = 0;
  return mapTree(([w]) => found[next++] ?? w.zerosLike(), at);
}

/** The error for a loss from which no gradient comes to the parameters. */
export function cutGraph(of: string): TorchError {
  return new TorchError(
    'ERR_TORCH_AUTOGRAD',
    `Expected a graph from ${of} to the parameters but received none. Likely causes: a learner whose ` +
      '`adapt` or `predict` does not pass its options on, of which `differentiable` keeps the graph; a ' +
      'model, encoder or loss that works inside of `noGrad`, detaches or reads data; a model that does ' +
      'not use its parameters',
  );
}
