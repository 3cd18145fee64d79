import { type Tree, torch } from '../../lib/torch';
import { flattenTree, leaves } from '../../lib/torch/tree';
import { rebuild, structureOf } from '../../lib/train/tree-structure';

const refuse = (expected: string, found: string) =>
  new Error(`expected ${expected} found ${found}`);
const build = (structure: unknown, tree: Tree) => rebuild(structure, flattenTree(tree), refuse);

/** A tensor within so many lists or objects. */
function nest(levels: number, wrap: (tree: Tree) => Tree): Tree {
  let tree: Tree = torch.tensor([7]);
  for (let level = 0; level < levels; level++) tree = wrap(tree);
  return tree;
}

test.each<[string, (tree: Tree) => Tree]>([
  ['lists', (tree) => [tree]],
  ['objects', (tree) => ({ a: tree })],
])('takes 500 levels of %s on both ways, and no more', (_, wrap) => {
  const deepest = nest(500, wrap);
  expect(structureOf(build(structureOf(deepest), deepest))).toEqual(structureOf(deepest));
  const deeper = nest(501, wrap);
  expect(() => structureOf(deeper)).toThrow(TypeError);
  expect(() => structureOf(deeper)).toThrow('Expected a tree of at most 500 levels for params');
  const structure = { wrapped: structureOf(deepest) };
  expect(() => build(structure, deepest)).toThrow('a tree of at most 500 levels found more');
});

test('the tensors are those of the file, each at its place', () => {
  const [a, b] = [torch.tensor([1]), torch.tensor([2])];
  const tree = build({ x: [{ y: 'b' }, 'a'], z: [] }, { a, b });
  expect(structureOf(tree)).toEqual({ x: [{ y: 'x.0.y' }, 'x.1'], z: [] });
  const [first, second] = leaves(tree);
  expect(first).toBe(b);
  expect(second).toBe(a);
});

test.each([[null], [{ a: 'a', b: null }], [['a', null]]])('refuses null in %j', (structure) => {
  expect(() => build(structure, { a: torch.tensor([1]) })).toThrow(
    'expected the name of a tensor of its own in the structure found null',
  );
});
