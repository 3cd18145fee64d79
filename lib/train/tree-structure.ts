import { isPlainObject } from '../check';
import { invalidArgument } from '../errors';
import { isTensor, type Tensor, type Tree } from '../torch';

/**
 * A tree with the dotted path of every tensor in its place. Paths alone do not tell a list from an
 * object with the keys 0, 1, …, nor show empty lists and objects.
 */
export type Structure = string | readonly Structure[] | { readonly [key: string]: Structure };

const MAX_DEPTH = 500;
const SHALLOW = `a tree of at most ${MAX_DEPTH} levels`;

/**
 * The structure of a tree, with the paths of `flattenTree`.
 *
 * @throws ArgumentTypeError if it has more levels than `rebuild` takes
 */
export function structureOf(tree: Tree, path = '', depth = 0): Structure {
  if (depth > MAX_DEPTH) throw invalidArgument(SHALLOW, 'params', tree, 'saveCheckpoint');
  if (isTensor(tree)) return path;
  const children = Object.entries(tree).map(([key, child]): [string, Structure] => [
    key,
    structureOf(child, path === '' ? key : `${path}.${key}`, depth + 1),
  ]);
  return Array.isArray(tree) ? children.map(([, child]) => child) : Object.fromEntries(children);
}

/**
 * The tree of a structure that was read from a file, with each of the tensors at its place.
 *
 * @param refuse makes the error for a structure that is invalid or does not fit the tensors
 */
export function rebuild(
  structure: unknown,
  tensors: Readonly<Record<string, Tensor>>,
  refuse: (expected: string, found: string) => Error,
): Tree {
  const unused = new Set(Object.keys(tensors));
  const build = (node: unknown, depth: number): Tree => {
    if (depth > MAX_DEPTH) throw refuse(SHALLOW, 'more');
    if (Array.isArray(node)) return node.map((child) => build(child, depth + 1));
    if (isPlainObject(node)) {
      return Object.fromEntries(
        Object.entries(node).map(([key, child]) => [key, build(child, depth + 1)]),
      );
    }
    const tensor = typeof node === 'string' && unused.delete(node) ? tensors[node] : undefined;
    if (tensor !== undefined) return tensor;
    throw refuse(
      'the name of a tensor of its own in the structure',
      JSON.stringify(node) ?? 'none',
    );
  };
  const tree = build(structure, 0);
  if (unused.size === 0) return tree;
  throw refuse('a place in the structure for every tensor', `none for ${[...unused].join(', ')}`);
}
