import { functions } from '../operators/operators';
import type { Tensor } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import { named } from './checks';
import { dependent, detachUnless } from './function-inputs';
import { type JacobianFlags, jacobianOf, replaceTensors, zerosFor } from './jacobian';
import { AGAIN } from './jacobian-rows';
import { type LinearMap, linearMap, tangentsOf } from './linear-map';
import { vmap } from './vmap';

/** The Jacobian of outputs that have been recorded, by columns; that of complex numbers by rows. */
export function jacobianColumns(
  outputs: Tree,
  inputs: Tree,
  flags: JacobianFlags,
  operator: string,
): unknown {
  named('the result of fn', operator, () => mapTree(([tensor]) => tensor, outputs));
  const variables = leaves(inputs);
  if ([...variables, ...leaves(outputs)].some((tensor) => tensor.isComplex())) {
    return jacobianOf(outputs, inputs, flags, operator);
  }
  const map = linearMap(outputs, inputs);
  const columns = variables.map((input, at) => columnsOf(map, input, at, flags));
  return replaceTensors(outputs, (output) => {
    const place = map.outputs.indexOf(output);
    let next = 0;
    const tree = mapTree(([input]) => {
      const found = columns[next++]?.[place] ?? null;
      if (found === null && flags.strict) throw dependent('the result of fn', operator);
      const matrix = found?.movedim(0, -1) ?? zerosFor(output, input);
      return matrix.reshape([...output.shape, ...input.shape]);
    }, inputs);
    return detachUnless(flags.createGraph, tree);
  });
}

/** For every output of the map its tangents for each element of an input, `[elements, …output]`. */
function columnsOf(
  map: LinearMap,
  input: Tensor,
  at: number,
  { createGraph, chunkSize }: JacobianFlags,
): (Tensor | null)[] {
  const count = input.numel();
  if (count === 0 || map.products[at] === null) return map.outputs.map(() => null);
  const { dtype, device, shape } = input;
  const basis = functions.eye(count, { dtype, device }).view([count, ...shape]);
  const used = new Set<number>();
  const found = vmap(
    (tangent: Tensor) => {
      const tangents = map.products.map((_, i) => (i === at ? tangent : null));
      return tangentsOf(map, tangents, { createGraph, retainGraph: true }).flatMap((column, i) => {
        if (column === null) return [];
        used.add(i);
        return [column];
      });
    },
    { ...AGAIN, ...(chunkSize !== undefined && { chunkSize }) },
  )(basis);
  const places = [...used];
  return map.outputs.map((_, i) => found[places.indexOf(i)] ?? null);
}
