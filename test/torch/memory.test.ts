import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { TorchError } from '../../lib/errors';
import { disposeTree, type Tensor, torch } from '../../lib/torch';

const MIB = 2 ** 20;
const DIST = JSON.stringify(path.join(__dirname, '../../dist/torch'));

const held = (): number => torch.memoryStats().allocatedBytes;

afterEach(() => torch.setMemoryLimit(null));

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('memoryStats', () => {
  test('counts the bytes of each storage once, exactly, until it goes', () => {
    const before = held();
    const x = torch.zeros([300, 1000]);
    expect(held() - before).toBe(1_200_000);
    const view = x.narrow(0, 10, 5);
    expect(held() - before).toBe(1_200_000);
    x.dispose();
    expect(held() - before).toBe(1_200_000);
    view.dispose();
    expect(held()).toBe(before);
  });

  test('counts what a graph keeps after its tensors are disposed of', () => {
    const w = torch.ones([1000]).requiresGrad_();
    const before = held();
    const loss = torch.scope(() => w.exp().sum());
    // exp keeps its result for backward; the sum is one number.
    expect(held() - before).toBe(4004);
    loss.dispose();
    expect(held()).toBe(before);
    w.dispose();
  });

  test('remembers the peak until it is reset', () => {
    torch.resetPeakMemoryStats();
    const before = torch.memoryStats();
    expect(before.peakBytes).toBe(before.allocatedBytes);
    torch.zeros([MIB]).dispose();
    expect(torch.memoryStats().peakBytes - before.peakBytes).toBe(4 * MIB);
    torch.resetPeakMemoryStats();
    expect(torch.memoryStats().peakBytes).toBe(before.peakBytes);
  });

  test('keeps what large tensors held for the next ones, until the cache is emptied', () => {
    torch.emptyCache();
    const before = torch.memoryStats().reservedBytes;
    torch.zeros([50 * MIB]).dispose();
    const reserved = torch.memoryStats().reservedBytes;
    expect(reserved - before).toBeGreaterThanOrEqual(200 * MIB);
    for (let i = 0; i < 10; i++) torch.zeros([50 * MIB]).dispose();
    expect(torch.memoryStats().reservedBytes).toBe(reserved);
    torch.emptyCache();
    expect(torch.memoryStats().reservedBytes).toBe(before);
  });

  test('emptying the cache leaves tensors as they are', () => {
    const x = torch.arange(100_000);
    torch.emptyCache();
    const y = torch.arange(100_000).add(1);
    expect(x.sum().itemBigInt()).toBe(4_999_950_000n);
    expect(y.sub(x).eq(1).all().item()).toBe(true);
    x.dispose();
    y.dispose();
  });
});

test('blocks never overlap, whatever is made and freed in whatever order', () => {
  const size = fc.oneof(fc.nat(100_000), fc.constantFrom(0, 8191, 8192, 8193, 9_000_000));
  const step = fc.record({ size, free: fc.nat(1000) });
  type Live = { x: Tensor; mark: number; size: number };
  const check = ({ x, mark, size }: Live): void =>
    torch.scope(() => expect(x.eq(mark).sum().item()).toBe(size));
  fc.assert(
    fc.property(fc.array(step, { minLength: 100, maxLength: 200 }), (steps) => {
      const before = held();
      const live: Live[] = [];
      for (const [mark, { size, free }] of steps.entries()) {
        live.push({ x: torch.full([size], mark, { dtype: 'int32' }), mark, size });
        const [gone] = free % 2 === 0 || size > 1e6 ? live.splice(free % live.length, 1) : [];
        if (gone !== undefined) check(gone);
        gone?.x.dispose();
        if (free % 50 === 0) torch.emptyCache();
      }
      live.forEach(check);
      for (const { x } of live) x.dispose();
      expect(held()).toBe(before);
    }),
    { numRuns: 6 },
  );
});

describe('setMemoryLimit', () => {
  test('turns a loop that runs away into a typed error, and everything goes on', () => {
    const limit = held() + 64 * MIB;
    torch.setMemoryLimit(limit);
    expect(torch.memoryStats().limitBytes).toBe(limit);
    const kept: Tensor[] = [];
    const error = errorOf(() => {
      for (;;) kept.push(torch.ones([MIB]));
    });
    expect(error).toBeInstanceOf(TorchError);
    expect(error).toMatchObject({
      code: 'ERR_TORCH_MEMORY_LIMIT',
      operator: 'ones',
      message: expect.stringMatching(
        new RegExp(`at most ${limit} bytes .* in use and 4194304 more .*torch\\.scope`, 's'),
      ),
    });
    expect(kept).toHaveLength(16);
    for (const x of kept) x.dispose();
    torch.scope(() => expect(torch.ones([MIB]).sum().item()).toBe(MIB));
  });

  test('holds inside backward, and what backward made is freed', () => {
    const w = torch.ones([MIB]).requiresGrad_();
    const loss = torch.scope(() => w.exp().sin().sum());
    const before = held();
    torch.setMemoryLimit(before + 6 * MIB);
    const error = errorOf(() => torch.grad(loss, [w]));
    expect(error).toMatchObject({ code: 'ERR_TORCH_MEMORY_LIMIT', operator: 'grad' });
    expect(held()).toBe(before);
    torch.setMemoryLimit(null);
    const gradient = torch.scope(() => torch.grad(w.exp().sum(), [w])[0]);
    expect(gradient?.data()[7]).toBeCloseTo(Math.E, 5);
    disposeTree([w, loss, gradient]);
    expect(held()).toBeLessThan(before);
  });

  test('a limit below what is held refuses what comes next, and 0 everything', () => {
    torch.setMemoryLimit(0);
    expect(() => torch.ones([1])).toThrow('in use and 4 more');
    expect(torch.zeros([0]).shape).toEqual([0]);
    torch.setMemoryLimit(null);
    expect(torch.memoryStats().limitBytes).toBeNull();
    expect(torch.ones([1]).item()).toBe(1);
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 60, '1'])('refuses %p', (bytes) => {
    const run = () => torch.setMemoryLimit(bytes as number);
    expect(run).toThrow(RangeError);
    expect(run).toThrow('Expected an integer of at least 0, or null for bytes');
  });
});

test('more than the machine has is a typed error, not the end of the process', () => {
  const before = held();
  const error = errorOf(() => torch.empty([2 ** 40]));
  expect(error).toMatchObject({ code: 'ERR_TORCH_MEMORY', operator: 'empty' });
  expect(held()).toBe(before);
});

test('workers count together, and what they held is free when they end', async () => {
  const body = `
    const { parentPort } = require('node:worker_threads');
    const { torch } = require(${DIST});
    const kept = Array.from({ length: 8 }, (_, i) => torch.full([1000000 + i], i));
    for (let i = 0; i < 200; i++) torch.scope(() => torch.ones([20000 + i * 37]).mul(2).sum().item());
    const right = kept.every((x, i) => x.eq(i).all().item());
    parentPort.postMessage({ right, allocated: torch.memoryStats().allocatedBytes });
  `;
  const before = held();
  const workers = [1, 2, 3].map(() => new Worker(body, { eval: true }));
  const replies = await Promise.all(
    workers.map(async (worker) => {
      const [[reply]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
      return reply as { right: boolean; allocated: number };
    }),
  );
  for (const { right, allocated } of replies) {
    expect(right).toBe(true);
    expect(allocated).toBeGreaterThanOrEqual(32_000_000);
  }
  // The garbage collector may have freed some of this thread's own meanwhile.
  expect(held()).toBeLessThanOrEqual(before);
});

test('METATORCH_ALLOCATOR=system takes no memory ahead, and counts all the same', () => {
  const body = `
    const { torch } = require(${DIST});
    const x = torch.ones([1000000]);
    console.log(JSON.stringify(torch.memoryStats()));
  `;
  const { stdout } = spawnSync(process.execPath, ['-e', body], {
    encoding: 'utf8',
    env: { ...process.env, METATORCH_ALLOCATOR: 'system' },
  });
  const stats = JSON.parse(stdout);
  expect(stats).toMatchObject({ reservedBytes: 0, limitBytes: null });
  expect(stats.allocatedBytes).toBeGreaterThanOrEqual(4_000_000);
});

test('meta tensors of any size count no bytes, here and to V8', () => {
  const { bytes } = torch.memory();
  const huge = torch.empty([2 ** 53 - 1, 16], { dtype: 'complex128', device: 'meta' });
  expect(torch.memory().bytes).toBe(bytes);
  huge.dispose();
});
