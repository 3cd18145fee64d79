import { mapTree, type Tree } from '../torch';

/** @throws ArgumentTypeError for what is no tree of tensors */
export function requireTensors(tree: Tree): void {
  mapTree(([tensor]) => tensor, tree);
}
