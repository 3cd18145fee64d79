import type { Tensor } from '../tensor';
import { leaves, type Tree } from '../tree';
import { gradOrNull } from './grad';

/**
 * The derivative of recorded outputs by their inputs, which takes tangents of the inputs to tangents of
 * the outputs: the vector-Jacobian product, which is linear in its vector, differentiated by it.
 */
export type LinearMap = {
  /** The tensors of the outputs that depend on something. */
  readonly outputs: readonly Tensor[];
  /** For each of these the vector, zeros. */
  readonly vectors: readonly Tensor[];
  /** For each input the product, recorded; null where no output depends on it. */
  readonly products: readonly (Tensor | null)[];
};

export function linearMap(value: Tree, inputs: Tree): LinearMap {
  const outputs = leaves(value).filter((output) => output.requiresGrad);
  const vectors = outputs.map((output) => output.detach().zerosLike().requiresGrad_());
  const variables = leaves(inputs);
  if (outputs.length === 0) return { outputs, vectors, products: variables.map(() => null) };
  const options = { gradOutputs: vectors, createGraph: true };
  return { outputs, vectors, products: gradOrNull(outputs, variables, options) };
}

/** For each output of the map its tangent; null where it does not depend on the inputs with tangents. */
export function tangentsOf(
  { vectors, products }: LinearMap,
  tangents: readonly (Tensor | null)[],
  flags: { createGraph: boolean; retainGraph: boolean },
): (Tensor | null)[] {
  const from: Tensor[] = [];
  const gradOutputs: Tensor[] = [];
  for (const [i, product] of products.entries()) {
    const tangent = tangents[i] ?? null;
    if (product === null || tangent === null || !product.requiresGrad) continue;
    from.push(product);
    gradOutputs.push(tangent);
  }
  if (from.length === 0) return vectors.map(() => null);
  return gradOrNull(from, vectors, { ...flags, gradOutputs });
}
