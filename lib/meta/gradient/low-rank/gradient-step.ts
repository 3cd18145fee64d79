import { ArgumentTypeError } from '../../../errors';
import { isTensor, type Tensor, type Tree, torch } from '../../../torch/index';
import { cutGraph } from '../../reached-gradients';
import type { LinearTape } from './linear-tape';

export type GradientStepOptions = {
  /** α */
  learningRate: number;
  /** Keep the graph of the gradient itself: second order. */
  createGraph: boolean;
  /** Where linear layers record what they see. */
  tape: LinearTape;
};

/**
 * θ − α ∇θ Σ losses(θ) for the parameters of all tasks. The tape updates the layers that recorded on it,
 * all others move by their gradients. Every tensor of `theta` must require gradients.
 *
 * @throws ArgumentTypeError if a layer recorded that is not part of `theta`: it would not be updated;
 *   TorchError `ERR_TORCH_AUTOGRAD` if no gradient comes from the losses
 */
export function gradientStep<P extends Tree>(
  theta: P,
  losses: (theta: P) => Tensor,
  { learningRate, createGraph, tape }: GradientStepOptions,
): P {
  const { outputs, dense, gradients } = torch.enableGrad(() => {
    const value = losses(theta);
    if (!value.requiresGrad) throw cutGraph('the support loss');
    const { outputs } = tape;
    const dense = denseLeaves(theta, tape);
    const gradients = torch.gradOrNull(value, [...outputs, ...dense], {
      createGraph,
      // The rate comes in with the first factor of the chain rule, where it costs nothing; so does the sum.
      gradOutputs: value.fullLike(-learningRate),
    });
    if (gradients.every((g) => g === null)) throw cutGraph('the support loss');
    return { outputs, dense, gradients };
  });
  const updates = tape.update(gradients.slice(0, outputs.length), !createGraph);
  const stepped = new Map(
    dense.map((w, i) => {
      const g = gradients[outputs.length + i];
      if (g === null || g === undefined) return [w, w];
      const next = w.add(g);
      // Without a graph to keep, the next step starts from a leaf of its own.
      return [w, next.requiresGrad ? next : next.requiresGrad_()];
    }),
  );
  return rebuilt(theta, updates, stepped) as P;
}

/** The tree with the layers that the tape has updated and the tensors that have moved. */
function rebuilt(
  theta: Tree,
  updates: ReadonlyMap<Tree, Tree>,
  stepped: ReadonlyMap<Tensor, Tensor>,
): Tree {
  const met = new Set<Tree>();
  const rebuild = (node: Tree): Tree => {
    const update = updates.get(node);
    if (update !== undefined) {
      met.add(node);
      return update;
    }
    if (isTensor(node)) return stepped.get(node) ?? node;
    if (Array.isArray(node)) return node.map(rebuild);
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, rebuild(child)]));
  };
  const next = rebuild(theta);
  if (met.size === updates.size) return next;
  throw new ArgumentTypeError(
    'Expected a model that gives linear layers their parameters as they are, as lowRank promises, ' +
      `but ${updates.size - met.size} of ${updates.size} layers received copies`,
  );
}

function denseLeaves(node: Tree, tape: LinearTape): Tensor[] {
  if (tape.holds(node)) return [];
  if (isTensor(node)) return [node];
  return Object.values(node).flatMap((child: Tree) => denseLeaves(child, tape));
}
