import { mapTree, type Tree } from '../torch';

/** @throws ArgumentTypeError for anything but a tree of tensors */
export function requireTensors(tree: Tree): void {
  mapTree(([tensor]) => tensor, tree);
}
