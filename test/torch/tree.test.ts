import { runInNewContext } from 'node:vm';
import { flattenTree, leaves, mapTree, torch, unflattenTree } from '../../lib/torch';
import { handleOf } from '../../lib/torch/handle';

const a = torch.tensor([1]);
const b = torch.tensor([2]);
const c = torch.tensor([3]);

test('leaves finds tensors in arrays and plain objects only', () => {
  const found = leaves({
    x: a,
    y: [b, { z: c }],
    n: 1,
    s: 'a',
    d: new Date(),
    m: new Map([[1, a]]),
  });
  expect(found.map(handleOf)).toEqual([handleOf(a), handleOf(b), handleOf(c)]);
});

test('objects without a prototype and those of another realm are trees, instances are not', () => {
  const bare = Object.assign(Object.create(null), { a });
  const foreign = Object.assign(runInNewContext('({})') as object, { b });
  class Mine {
    readonly inside = c;
  }
  const found = leaves([bare, foreign, new Mine()]);
  expect(found.map(handleOf)).toEqual([handleOf(a), handleOf(b)]);
});

test('mapTree goes through trees of one structure together', () => {
  const sum = mapTree(([p, q]) => p.add(q), { x: a, y: [b] }, { x: b, y: [c] });
  expect([sum.x.item(), sum.y[0]?.item()]).toEqual([3, 5]);
  expect(Array.isArray(sum.y)).toBe(true);
});

test('mapTree refuses trees that differ', () => {
  const first = ([p]: [typeof a, ...unknown[]]): typeof a => p;
  expect(() => mapTree(first, { x: a }, { y: a })).toThrow("differ at ''");
  expect(() => mapTree(first, { x: { y: a } }, { x: a })).toThrow("'x'");
  expect(() => mapTree(first, { x: [a, b] }, { x: [a] })).toThrow("differ at 'x'");
  expect(() => mapTree(first, { x: a }, { x: { y: a } })).toThrow("differ at 'x'");
  expect(() => mapTree(first, { x: a }, { x: a, y: b })).toThrow("differ at ''");
  expect(() => mapTree(first, { x: 3 } as never)).toThrow(
    "Expected a tensor, array or plain object at 'x' of a tree but received number 3",
  );
});

test('a tree that holds itself is refused, and a tensor in several places is not', () => {
  const around: Record<string, unknown> = { a };
  around.around = [around];
  const message = 'Expected a tree of at most 1000 levels';
  expect(() => leaves(around)).toThrow(message);
  expect(() => mapTree(([p]) => p, around as never)).toThrow(message);
  const part = { a, b };
  const handles = (value: unknown): number[] => leaves(value).map(handleOf);
  expect(handles([part, part])).toEqual(handles([a, b, a, b]));
  let deep: unknown = a;
  for (let level = 0; level < 1000; level++) deep = [deep];
  expect(handles(deep)).toEqual([handleOf(a)]);
  expect(handles(mapTree(([p]) => p, deep as never))).toEqual([handleOf(a)]);
  expect(() => leaves([deep, [deep]])).toThrow(TypeError);
});

test('flattenTree refuses two tensors of one path, and unflattenTree what is no tensor', () => {
  expect(() => flattenTree({ 'a.b': a, a: { b } })).toThrow("one tensor named 'a.b'");
  const message = "Expected a tensor named 'constructor'";
  expect(() => unflattenTree({}, { constructor: a } as never)).toThrow(message);
  expect(() => unflattenTree({ a: 3 } as never, { a })).toThrow("Expected a tensor named 'a'");
});

test('flattenTree and unflattenTree are inverse', () => {
  const tree = { encoder: [{ weight: a }, { weight: b }], head: c };
  const flat = flattenTree(tree);
  expect(Object.keys(flat)).toEqual(['encoder.0.weight', 'encoder.1.weight', 'head']);
  const again = unflattenTree(flat, tree);
  expect(again.encoder[1]?.weight).toBe(b);
  expect(again.head).toBe(c);
  expect(() => unflattenTree({ ...flat, more: a }, tree)).toThrow(
    "Unexpected tensors named 'more'",
  );
  expect(() => unflattenTree({ head: a }, tree)).toThrow("'encoder.0.weight'");
});

test('a key that is named like the prototype is a key as any other', () => {
  const tree = JSON.parse('{"__proto__": 0, "a": 0}', (_, value) => (value === 0 ? a : value));
  const flat = flattenTree(tree);
  expect(Object.keys(flat)).toEqual(['__proto__', 'a']);
  expect(Object.getPrototypeOf(flat)).toBe(Object.prototype);
  const again = unflattenTree(flat, tree);
  expect(Object.keys(again)).toEqual(['__proto__', 'a']);
  expect(leaves(mapTree(([tensor]) => tensor, tree))).toHaveLength(2);
  // What the prototype has is no tensor of the tree.
  expect(() => unflattenTree({}, tree)).toThrow("Expected a tensor named '__proto__'");
});

test('an array of any length is looked at where it has elements', () => {
  const sparse: unknown[] = new Array(2 ** 32 - 1);
  const x = torch.ones([1]);
  sparse[2 ** 31] = x;
  const [found, ...others] = leaves(sparse);
  expect(found).toBe(x);
  expect(others).toEqual([]);
});

test('mapTree refuses what is no function', () => {
  expect(() => mapTree(undefined as never, torch.ones([1]))).toThrow(
    'Expected a function for fn of mapTree but received undefined',
  );
});

test('unflattenTree refuses what holds no tensors by name', () => {
  for (const junk of [null, undefined, 3]) {
    expect(() => unflattenTree(junk as never, torch.ones([1]))).toThrow(
      'Expected a plain object for flat but received',
    );
  }
});
