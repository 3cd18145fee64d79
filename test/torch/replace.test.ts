import fc from 'fast-check';
import { ArgumentTypeError } from '../../lib/errors';
import { leaves, type Tensor, type Tree, torch } from '../../lib/torch';
import { collectGarbage } from '../helpers/garbage';

const live = (): number => torch.memory().tensors;
const ones = () => torch.ones([3]);
const caught = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

test('frees what it replaces, at every one of 1,000 steps', () => {
  let tree = { p: ones(), moments: [ones(), ones()] };
  const before = live();
  const counts = new Set<number>();
  for (let step = 0; step < 1000; step++) {
    tree = torch.replace(tree, ({ p, moments }) => ({
      p: p.add(1).mul(1),
      moments: moments.map((m) => m.add(p)),
    }));
    counts.add(live());
  }
  expect([...counts]).toEqual([before]);
  expect(tree.p.tolist()).toEqual([1001, 1001, 1001]);
  for (const tensor of leaves(tree)) tensor.dispose();
});

test('keeps what the new tree still holds, and what comes from outside', () => {
  const outside = ones();
  const old = { frozen: ones(), moved: ones() };
  const next = torch.replace(old, ({ frozen, moved }) => ({
    frozen,
    moved: moved.add(1),
    outside,
  }));
  expect(next.frozen).toBe(old.frozen);
  expect([old.frozen, old.moved, outside].map(({ isDisposed }) => isDisposed)).toEqual([
    false,
    true,
    false,
  ]);
  for (const tensor of leaves(next)) tensor.dispose();
});

test('returns what fn returns, also numbers beside tensors', () => {
  const { loss, count, rest } = torch.replace({ p: ones() }, ({ p }) => ({
    loss: p.sum().item(),
    count: 3,
    rest: null,
  }));
  expect([loss, count, rest]).toEqual([3, 3, null]);
  expect(torch.replace([ones()], ([p]) => p?.sum().item())).toBe(3);
});

test('of random trees, leaves exactly the tensors of the new one alive', () => {
  const shape: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.constant('tensor'),
      fc.constant(7),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.string({ maxLength: 2 }), tie('tree'), { maxKeys: 3 }),
    ),
  })).tree;
  const build = (plan: unknown, at: (i: number) => Tensor, count = { n: 0 }): unknown => {
    if (plan === 'tensor') return at(count.n++);
    if (Array.isArray(plan)) return plan.map((item) => build(item, at, count));
    if (typeof plan !== 'object' || plan === null) return plan;
    return Object.fromEntries(Object.entries(plan).map(([k, v]) => [k, build(v, at, count)]));
  };
  fc.assert(
    fc.property(shape, shape, fc.array(fc.nat(7)), (from, to, picks) => {
      const before = live();
      const old = [build(from, ones)] as const;
      const held = leaves(old);
      const next = torch.replace(old, () => [
        build(to, (i) => held[picks[i] ?? 99] ?? torch.zeros([2]).add(1)),
      ]);
      const kept = new Set(leaves(next));
      expect(live() - before).toBe(kept.size);
      for (const tensor of held) expect(tensor.isDisposed).toBe(!kept.has(tensor));
      for (const tensor of kept) tensor.dispose();
    }),
    { numRuns: 200 },
  );
});

test('nests, in scopes and in itself', () => {
  const before = live();
  torch.scope(() => {
    let sum = torch.zeros([]);
    for (let i = 0; i < 10; i++) {
      sum = torch.replace(sum, (outer) => {
        let inner = torch.ones([]);
        for (let k = 0; k < 3; k++) inner = torch.replace(inner, (x) => x.mul(2).add(0));
        return outer.add(inner);
      });
    }
    expect(sum.item()).toBe(80);
    expect(live()).toBe(before + 1);
  });
  expect(live()).toBe(before);
});

test('a scope around a long loop forgets the steps that are gone', () => {
  torch.scope(() => {
    // What is left over has no other measure than the heap.
    const bytes = () => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    let tree = Array.from({ length: 20 }, ones);
    const run = (steps: number) => {
      for (let i = 0; i < steps; i++) tree = torch.replace(tree, (all) => all.map((x) => x.add(1)));
    };
    run(2000);
    const before = bytes();
    run(20_000);
    // 400,000 tensors of at least 60 bytes each would be 24 MB.
    expect(bytes() - before).toBeLessThan(12e6);
  });
});

test('if fn throws, the old tree is whole and nothing else stays', () => {
  const tree = { p: ones() };
  const before = live();
  expect(() =>
    torch.replace(tree, ({ p }) => {
      p.add(1);
      throw new Error('mine');
    }),
  ).toThrow('mine');
  expect(live()).toBe(before);
  expect(tree.p.tolist()).toEqual([1, 1, 1]);
  expect(torch.scope(() => torch.replace(tree, ({ p }) => p.sum().item()))).toBe(3);
});

describe('refuses, and leaves the old tree whole:', () => {
  const refused = (run: (tree: { p: Tensor }) => unknown, message: string, code: string) => {
    const tree = { p: torch.ones([3], { requiresGrad: true }) };
    const before = live();
    const error = caught(() => torch.replace(tree, run));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(live()).toBe(before);
    expect(tree.p.tolist()).toEqual([1, 1, 1]);
    tree.p.dispose();
  };

  test('a promise', () => {
    refused(async ({ p }) => p.detach().add(1), 'returned a promise', 'ERR_TORCH_ARGUMENT');
  });

  test('a result with a graph, by its path', () => {
    const message =
      "Expected a tensor without a graph for 'seen.loss' in the result of fn but received one made by SumBackward0";
    refused(({ p }) => ({ p, seen: { loss: p.sum() } }), message, 'ERR_TORCH_ARGUMENT');
    refused(({ p }) => p.mul(2), 'graph for the result of fn', 'ERR_TORCH_ARGUMENT');
  });

  test('a result that has been disposed of', () => {
    const gone = (): Tree => {
      const x = ones();
      x.dispose();
      return [x];
    };
    refused(gone, "a live tensor for '0' in the result of fn", 'ERR_TORCH_DISPOSED');
  });

  test('a result that holds itself', () => {
    const around: unknown[] = [];
    around.push(around);
    refused(() => around, 'one that holds itself', 'ERR_TORCH_ARGUMENT');
  });
});

test.each([[new Map()], [3], [undefined], [null], ['p']])('refuses %p for a tree', (tree) => {
  expect(() => torch.replace(tree, () => 1)).toThrow(ArgumentTypeError);
  expect(() => torch.replace(tree, () => 1)).toThrow('for tree but received');
});

test('refuses what is no function', () => {
  expect(() => torch.replace([], 3 as never)).toThrow(
    'Expected a function for fn of replace but received number 3',
  );
});
