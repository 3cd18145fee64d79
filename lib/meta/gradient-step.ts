import type { LinearTape } from '../nn';
import { isTensor, type Tensor, type Tree, torch } from '../torch';

export type GradientStepOptions = {
  /** α */
  learningRate: number;
  /** Keep the graph of the gradient itself: second order. */
  createGraph: boolean;
  /** Where linear layers record what they see, if they do. */
  tape?: LinearTape | undefined;
};

/**
 * θ − α ∇θ loss(θ) for the parameters of all tasks. The tape updates the layers that recorded on it,
 * all others move by their gradients. Every tensor of `theta` must require gradients.
 */
export function gradientStep<P extends Tree>(
  theta: P,
  loss: (theta: P) => Tensor,
  { learningRate, createGraph, tape }: GradientStepOptions,
): P {
  const { outputs, dense, gradients } = torch.enableGrad(() => {
    const value = loss(theta);
    const outputs = tape?.outputs ?? [];
    const dense = denseLeaves(theta, tape);
    const gradients = torch.gradOrNull(value, [...outputs, ...dense], {
      createGraph,
      // The rate comes in with the first factor of the chain rule, where it costs nothing.
      gradOutputs: value.newFull([], -learningRate),
    });
    return { outputs, dense, gradients };
  });
  const updates = tape?.update(gradients.slice(0, outputs.length), !createGraph);
  const stepped = new Map(
    dense.map((w, i) => {
      const g = gradients[outputs.length + i];
      if (g === null || g === undefined) return [w, w];
      const next = w.add(g);
      // Without a graph to keep, the next step starts from a leaf of its own.
      return [w, next.requiresGrad ? next : next.requiresGrad_()];
    }),
  );
  const rebuild = (node: Tree): Tree => {
    const update = updates?.get(node as never);
    if (update !== undefined) return update as Tree;
    if (isTensor(node)) return stepped.get(node) ?? node;
    if (Array.isArray(node)) return node.map(rebuild);
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, rebuild(child)]));
  };
  return rebuild(theta) as P;
}

function denseLeaves(node: Tree, tape: LinearTape | undefined): Tensor[] {
  if (tape?.holds(node)) return [];
  if (isTensor(node)) return [node];
  return Object.values(node).flatMap((child: Tree) => denseLeaves(child, tape));
}
