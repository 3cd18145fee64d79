import { isPlainObject } from '../check/plain-object';
import { callable, hasHoles } from '../check/values';
import { ArgumentTypeError, describe, invalidArgument } from '../errors';
import { namedAs } from './operators/named-results';
import { isTensor, type Tensor } from './tensor';

/**
 * A nested structure of tensors: one tensor, or arrays and plain objects of trees. Parameters,
 * gradients and optimizer states are trees. Declare them with `type`, not `interface`.
 */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

// Far more levels than any real tree has, and few enough for the stack.
const MOST_LEVELS = 1000;
// An array's elements up to here are read by their places, without a copy of them.
const SHORT = 1024;

/**
 * All tensors in a value, depth first, in key order. Everything else is passed over.
 *
 * @throws ArgumentTypeError if the value holds itself, or has more than 1000 levels
 */
export function leaves(value: unknown): Tensor[] {
  const found: Tensor[] = [];
  collect(value, found, 0);
  return found;
}

function collect(value: unknown, found: Tensor[], level: number): void {
  if (isTensor(value)) {
    found.push(value);
    return;
  }
  if (level > MOST_LEVELS) throw tooDeep();
  if (!Array.isArray(value) && !isPlainObject(value)) return;
  // Own values only: an array may have any length and hardly an element.
  const items: readonly unknown[] =
    Array.isArray(value) && value.length <= SHORT ? value : Object.values(value);
  for (let i = 0; i < items.length; i++) collect(items[i], found, level + 1);
}

/** The dotted path of a tensor in a value that holds it; '' where it is the value itself. */
export function pathOf(tensor: Tensor, value: unknown): string | undefined {
  if (value === tensor) return '';
  if (!Array.isArray(value) && !isPlainObject(value)) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const path = pathOf(tensor, item);
    if (path !== undefined) return path === '' ? key : `${key}.${path}`;
  }
  return undefined;
}

/** One tensor for the first tree and one for each of the others. */
export type TensorsOf<O extends readonly Tree[]> = [Tensor, ...{ [K in keyof O]: Tensor }];

/** Applies `fn` to the tensors at the same place of trees of one structure; `path` is dotted. */
export function mapTree<T extends Tree, O extends readonly Tree[]>(
  fn: (tensors: TensorsOf<O>, path: string) => Tensor,
  tree: T,
  ...others: O
): T {
  callable(fn, 'fn', 'mapTree');
  return map((tensors, path) => fn(tensors as TensorsOf<O>, path), [tree, ...others], '', 0) as T;
}

function map(
  fn: (tensors: readonly Tensor[], path: string) => Tensor,
  trees: readonly unknown[],
  path: string,
  level: number,
): unknown {
  if (level > MOST_LEVELS) throw tooDeep();
  const [first] = trees;
  if (isTensor(first)) {
    if (trees.length === 1 || trees.every(isTensor)) return fn(trees as Tensor[], path);
    throw mismatch(path);
  }
  const { keys, values } = branchesOf(first, path);
  const all = [values];
  for (let i = 1; i < trees.length; i++) {
    const others = inOrder(keys, branchesOf(trees[i], path));
    if (others === undefined) throw mismatch(path);
    all.push(others);
  }
  const made: unknown[] = [];
  for (let k = 0; k < keys.length; k++) {
    const children: unknown[] = [];
    for (let i = 0; i < all.length; i++) children.push(all[i]?.[k]);
    const key = keys[k] as string;
    made.push(map(fn, children, path === '' ? key : `${path}.${key}`, level + 1));
  }
  return Array.isArray(first) ? namedAs(made, first) : objectFrom(keys, made);
}

/** What a tree holds, by its keys. */
type Branches = { readonly keys: readonly string[]; readonly values: readonly unknown[] };

/** The values in the order of `keys`, which they seldom are not; undefined if the keys are others. */
function inOrder(keys: readonly string[], branches: Branches): readonly unknown[] | undefined {
  if (branches.keys.length !== keys.length) return undefined;
  for (let i = 0; i < keys.length; i++) {
    if (branches.keys[i] !== keys[i]) return reordered(keys, branches);
  }
  return branches.values;
}

function reordered(keys: readonly string[], branches: Branches): readonly unknown[] | undefined {
  const byKey = new Map(branches.keys.map((key, i) => [key, branches.values[i]]));
  return keys.every((key) => byKey.has(key)) ? keys.map((key) => byKey.get(key)) : undefined;
}

/** As `Object.fromEntries`, without a pair for each value: most steps of training come through here. */
function objectFrom(keys: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  if (keys.includes('__proto__')) return Object.fromEntries(keys.map((key, i) => [key, values[i]]));
  const made: Record<string, unknown> = {};
  for (let i = 0; i < keys.length; i++) made[keys[i] as string] = values[i];
  return made;
}

/**
 * Tensors by dotted path, for example `encoder.0.weight`.
 *
 * @throws ArgumentTypeError if two tensors have one path, since a key holds a dot
 */
export function flattenTree(tree: Tree): Record<string, Tensor> {
  const flat = new Map<string, Tensor>();
  mapTree(([tensor], path) => {
    if (flat.has(path)) {
      throw new ArgumentTypeError(`Expected one tensor named '${path}' but received two`);
    }
    flat.set(path, tensor);
    return tensor;
  }, tree);
  // `Object.fromEntries` defines each key; assigning to `__proto__` would set the prototype.
  return Object.fromEntries(flat);
}

/** A tree of `like`'s structure with the tensors of `flat`; every path must be there, and no other. */
export function unflattenTree<T extends Tree>(flat: Readonly<Record<string, Tensor>>, like: T): T {
  if (!isPlainObject(flat)) {
    throw invalidArgument('a plain object', 'flat', flat, 'unflattenTree');
  }
  const unused = new Set(Object.keys(flat));
  const tree = mapTree((_, path) => {
    const tensor = Object.hasOwn(flat, path) ? flat[path] : undefined;
    if (!isTensor(tensor)) throw new ArgumentTypeError(`Expected a tensor named '${path}'`);
    unused.delete(path);
    return tensor;
  }, like);
  if (unused.size > 0) {
    throw new ArgumentTypeError(`Unexpected tensors named '${[...unused].join("', '")}'`);
  }
  return tree;
}

function branchesOf(tree: unknown, path: string): Branches {
  if (Array.isArray(tree)) {
    if (!hasHoles(tree)) return { keys: indices(tree.length), values: tree };
    throw invalidArgument('an array without holes', `'${path}' of a tree`, tree);
  }
  if (isPlainObject(tree)) return { keys: Object.keys(tree), values: Object.values(tree) };
  throw new ArgumentTypeError(
    `Expected a tensor, array or plain object at '${path}' of a tree but received ${describe(tree)}`,
  );
}

function indices(length: number): string[] {
  const keys: string[] = [];
  for (let i = 0; i < length; i++) keys.push(`${i}`);
  return keys;
}

/** Refuses to go deeper into a tree that has no end, or more levels than the stack would take. */
export function requireLevel(level: number): void {
  if (level > MOST_LEVELS) throw tooDeep();
}

function tooDeep(): ArgumentTypeError {
  return new ArgumentTypeError(
    `Expected a tree of at most ${MOST_LEVELS} levels but received a deeper one, or one that holds itself`,
  );
}

function mismatch(path: string): ArgumentTypeError {
  return new ArgumentTypeError(`Expected trees of one structure, but they differ at '${path}'`);
}
