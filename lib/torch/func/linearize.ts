import { callable, refuseSurplus } from '../../check';
import { forwardMode } from '../autograd/function/forward-mode';
import {
  callWith,
  detachUnless,
  type Inputs,
  insideTransform,
  ownInputs,
  recorded,
  type TreeFunction,
} from '../autograd/function-inputs';
import { enableGrad } from '../autograd/grad-modes';
import { linearMap, tangentsOf } from '../autograd/linear-map';
import { resultOf, sameShapes } from '../autograd/vjp-jvp';
import { scope } from '../scope';
import { leaves, mapTree, type Tree } from '../tree';

/** A function near some inputs. */
export type Linearized<T extends Tree, O extends Tree> = {
  /** Its value there. */
  readonly value: O;
  /** Its tangents for tangents of the inputs, in the structure of the value. May be called any number of times. */
  readonly jvp: (...tangents: Inputs<T>) => O;
};

/**
 * The value of `fn` at some inputs, and its derivative there as a function of tangents, which runs none
 * of `fn` again: for many tangents at the same inputs, where `torch.jvp` would run `fn` for each.
 *
 *     const { value, jvp } = torch.func.linearize((x: Tensor) => x.sin(), x);
 *     jvp(v); // x.cos().mul(v)
 *
 * What `jvp` needs belongs to the scope that is around `linearize`, so that it is of use within that. An
 * array of inputs is spread over the arguments of `fn`.
 *
 * @throws ArgumentTypeError if the inputs or the value are not trees; by `jvp` if the tangents are not
 *   alike
 * @throws TorchError `ERR_TORCH_AUTOGRAD` in inference mode
 */
export function linearize<const T extends Tree, O extends Tree>(
  fn: TreeFunction<T, O>,
  inputs: T,
): Linearized<T, O> {
  callable(fn, 'fn', 'linearize');
  const createGraph = insideTransform();
  const kept = recorded('linearize', () => {
    const own = ownInputs(inputs, createGraph, 'inputs', 'linearize');
    const value = resultOf(
      forwardMode(() => callWith(fn, own, 'linearize')),
      'linearize',
    );
    return {
      own,
      map: linearMap(value, own),
      depends: leaves(value).map((output) => output.requiresGrad),
      value: detachUnless(createGraph, value),
    };
  });
  const jvp = (...tangents: Inputs<T>): O =>
    scope(() => {
      if (!Array.isArray(inputs)) refuseSurplus(tangents.slice(1), 'linearize');
      const tree = Array.isArray(inputs) ? tangents : tangents[0];
      const given = sameShapes(tree as Tree, kept.own, 'linearize');
      const flags = { createGraph, retainGraph: true };
      const found = enableGrad(() => tangentsOf(kept.map, given, flags));
      let output = 0;
      let next = 0;
      return mapTree(
        ([tensor]) =>
          (kept.depends[output++] ? found[next++] : null) ?? tensor.detach().zerosLike(),
        kept.value,
      );
    });
  return { value: kept.value, jvp };
}
