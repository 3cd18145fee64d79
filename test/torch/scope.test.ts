import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { nextTurn } from '../../lib/next-turn';
import { torch } from '../../lib/torch';
import { handleOf } from '../../lib/torch/handle';
import { collectGarbage } from '../helpers/garbage';

const x = torch.tensor([1, 2, 3]);
const live = (): number => torch.memory().tensors;

test('frees what the function made and keeps what it returns', () => {
  const before = live();
  const kept = torch.scope(() => {
    const sum = x.add(1).mul(2);
    return { sum, list: [sum.add(1)], count: 3, none: null };
  });
  expect(live()).toBe(before + 2);
  expect(kept.sum.tolist()).toEqual([4, 6, 8]);
  expect(kept.list[0]?.tolist()).toEqual([5, 7, 9]);
  kept.sum.dispose();
  kept.list[0]?.dispose();
  expect(live()).toBe(before);
});

test('frees everything when the function throws', () => {
  const before = live();
  expect(() =>
    torch.scope(() => {
      x.add(1);
      throw new Error('mine');
    }),
  ).toThrow('mine');
  expect(live()).toBe(before);
});

test('after an error inside, the scope around owns what comes next', () => {
  const before = live();
  torch.scope(() => {
    expect(() =>
      torch.scope(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    x.add(1);
  });
  expect(live()).toBe(before);
});

test('frees any number of tensors', () => {
  const before = live();
  torch.scope(() => {
    for (let i = 0; i < 3000; i++) x.add(i);
  });
  expect(live()).toBe(before);
});

test('nests: an inner result belongs to the outer scope', () => {
  const before = live();
  const value = torch.scope(() => {
    const inner = torch.scope(() => x.add(1));
    expect(inner.tolist()).toEqual([2, 3, 4]);
    return inner.sum().item();
  });
  expect(value).toBe(9);
  expect(live()).toBe(before);
});

test('leaves tensors from outside alone, returned or not', () => {
  const outside = x.add(1);
  const same = torch.scope(() => outside);
  expect(same).toBe(outside);
  torch.scope(() => outside.add(1));
  expect(outside.tolist()).toEqual([2, 3, 4]);
});

test('a tensor from outside that is disposed of inside is not released again', () => {
  const outside = x.add(1);
  torch.scope(() => outside.dispose());
  const next = x.add(5);
  expect(next.tolist()).toEqual([6, 7, 8]);
});

test('a tensor that was disposed of takes no other with it when it is collected', async () => {
  const made = (): number[] =>
    Array.from({ length: 100 }, (_, i) => {
      const gone = x.add(i);
      const handle = handleOf(gone);
      gone.dispose();
      return handle;
    });
  const handles = new Set(made());
  const next = x.add(5);
  // It has the place of one of those that are gone.
  expect(handles.has(handleOf(next))).toBe(true);
  collectGarbage();
  await nextTurn();
  await nextTurn();
  expect(next.tolist()).toEqual([6, 7, 8]);
});

test('does not break the graph: backward holds what it needs', () => {
  const w = torch.tensor([2], { requiresGrad: true });
  const loss = torch.scope(() => w.mul(3).pow(2).sum());
  expect(torch.grad(loss, [w])[0]?.tolist()).toEqual([36]);
});

test('refuses a promise', () => {
  const before = live();
  expect(() => torch.scope(async () => x.add(1))).toThrow('returned a promise');
  expect(live()).toBe(before);
});

test('a result that cannot be searched for tensors is an error, and nothing stays', () => {
  const before = live();
  const around: unknown[] = [];
  around.push(around);
  expect(() => torch.scope(() => [x.add(1), around])).toThrow('one that holds itself');
  expect(live()).toBe(before);
  expect(x.add(1).isDisposed).toBe(false);
});

test('one million tensors leave resident memory where it was', () => {
  const round = (): void =>
    torch.scope(() => {
      for (let k = 0; k < 1000; k++) x.add(1);
    });
  for (let i = 0; i < 50; i++) round();
  const before = process.memoryUsage.rss();
  let peak = before;
  for (let i = 0; i < 1000; i++) {
    round();
    if (i % 50 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }
  expect(peak - before).toBeLessThan(64 * 2 ** 20);
});

// Of a large heap V8 marks what is outside of it in threads of its own, which on a busy machine get nowhere; beyond half
// of this it collects at once.
const HEAP = '--max-old-space-size=64';

// In a process of its own, whose garbage is that of the tensors alone.
const inProcess = (body: string, ...flags: string[]): number => {
  const dist = JSON.stringify(path.join(__dirname, '../../dist/torch'));
  const script = `const { torch } = require(${dist});${body}`;
  return Number(execFileSync(process.execPath, [...flags, '-e', script], { encoding: 'utf8' }));
};

test('small tensors outside of scopes are collected in time', () => {
  const peak = inProcess(`
    const x = torch.ones([3]);
    let [made, peak] = [0, 0];
    const turn = () => {
      for (let i = 0; i < 1000; i++) x.add(1);
      made += 1000;
      if (made % 10_000 === 0) peak = Math.max(peak, torch.memory().tensors);
      if (made < 400_000) setImmediate(turn);
      else console.log(peak);
    };
    turn();`);
  // V8 collects once it has heard of some tens of megabytes; a tensor costs half a kilobyte.
  expect(peak).toBeLessThan(130_000);
});

// Collections of the whole heap while `wrap` makes 128 MiB at a time.
const collections = (wrap: string): number =>
  inProcess(
    `
    const { PerformanceObserver, constants } = require('node:perf_hooks');
    let major = 0;
    const count = (entries) => {
      for (const { detail } of entries) major += detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
    };
    const observer = new PerformanceObserver((list) => count(list.getEntries()));
    observer.observe({ entryTypes: ['gc'] });
    const wrap = ${wrap};
    for (let i = 0; i < 50; i++) wrap(() => [1, 2, 3, 4].map(() => torch.empty([2 ** 23])));
    setImmediate(() => {
      count(observer.takeRecords());
      console.log(major);
    });`,
    HEAP,
  );

test("V8 collects garbage for what its collector could free, not for a scope's tensors", () => {
  expect(collections('(make) => torch.scope(() => make().length)')).toBe(0);
  expect(collections('(make) => make()')).toBeGreaterThan(50);
});

// The most tensors that were alive while 150 results of scopes, of which nobody holds any, hold 8 MiB each.
const peakOfResults = (turnOf: string): number =>
  inProcess(
    `
    const w = torch.ones([2 ** 21], { requiresGrad: true });
    let [made, peak] = [0, 0];
    const turn = () => {
      ${turnOf};
      peak = Math.max(peak, torch.memory().tensors);
      if (++made < 150) setImmediate(turn);
      else console.log(peak);
    };
    turn();`,
    HEAP,
  );

test.each([
  ['a result', 'w.detach().add(1)'],
  ['a view', 'w.detach().add(1).narrow(0, 0, 1)'],
  ['the end of a graph', 'w.mul(2).exp().sum()'],
  ['a result that its graph has saved at once', 'w.exp()'],
  [
    'the end of a graph of scopes',
    'torch.scope(() => torch.scope(() => w.exp()).mul(2).exp()).sum()',
  ],
])('%s of a scope is collected in time', (_, result) => {
  expect(peakOfResults(`torch.scope(() => ${result})`)).toBeLessThan(15);
});

test('a view is collected in time whose base was disposed of', () => {
  const turn = 'const x = torch.ones([2 ** 21]); x.select(0, 0); x.dispose()';
  expect(peakOfResults(`{ ${turn} }`)).toBeLessThan(15);
});

test('a view of a tensor that is counted counts nothing more', () => {
  expect(
    collections(
      '(() => { const one = torch.ones([2 ** 23]); return () => torch.scope(() => one.select(0, 0)); })()',
    ),
    // 50 times 32 MiB would be many.
  ).toBeLessThan(3);
});
