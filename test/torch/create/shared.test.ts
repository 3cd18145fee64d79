import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
// As the workers load it: a registry is of one binary, and dist/ finds the same.
import { type SharedTensor, type Tensor, torch } from '../../../lib/torch/index';
import { reply, startWorker } from '../../helpers/processes/torch-worker';

const refused = expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' });
const noToken = expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' });

/** Shares for the length of a test. */
const shared: SharedTensor[] = [];
const keep = (token: SharedTensor): SharedTensor => {
  shared.push(token);
  return token;
};
afterEach(() => {
  for (const token of shared.splice(0)) torch.releaseShared(token);
});

describe('a token', () => {
  test('becomes a tensor on the same memory, as it was seen', () => {
    const base = torch.tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const view = base.T.narrow(0, 1, 2);
    const taken = torch.fromShared(keep(structuredClone(view.share())));
    expect([taken.shape, taken.strides, taken.dtype]).toEqual([[2, 2], [1, 3], 'float32']);
    expect(taken.tolist()).toEqual([
      [2, 5],
      [3, 6],
    ]);
    taken.mul_(10);
    expect(base.tolist()).toEqual([
      [1, 20, 30],
      [4, 50, 60],
    ]);
  });

  test.each(['bool', 'bfloat16', 'complex64', 'int64'] as const)('of %s', (dtype) => {
    const x = torch.tensor([0, 1]).to(dtype);
    const y = torch.fromShared(keep(x.share()));
    expect(y.dtype).toBe(dtype);
    expect(y.equal(x)).toBe(true);
  });

  test('of a conjugate, and of a tensor without elements', () => {
    const conjugate = torch.tensor([{ re: 1, im: 2 }]).conj();
    expect(torch.fromShared(keep(conjugate.share())).tolist()).toEqual([{ re: 1, im: -2 }]);
    expect(torch.fromShared(keep(torch.zeros([0, 2]).share())).shape).toEqual([0, 2]);
  });

  test('has no history, and changes in place are noticed by graphs', () => {
    const w = torch.tensor([2], { requiresGrad: true });
    const y = w.mul(3);
    const taken = torch.fromShared(keep(y.share()));
    expect([taken.requiresGrad, taken.gradFn, taken.isLeaf]).toEqual([false, null, true]);
    const squared = y.pow(2).sum();
    taken.zero_();
    expect(() => torch.grad(squared, w)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
    );
  });

  test('made in inference mode serves there', () => {
    const token = keep(torch.inferenceMode(() => torch.ones([2]).share()));
    expect(torch.inferenceMode(() => torch.fromShared(token).add_(1).tolist())).toEqual([2, 2]);
  });
});

describe('the memory is held', () => {
  const bytes = () => torch.memory().bytes;

  test('by the token alone, until it is released', () => {
    const before = bytes();
    const x = torch.ones([1000]);
    const token = x.share();
    expect(bytes()).toBe(before + 4000);
    x.dispose();
    expect(bytes()).toBe(before + 4000);
    const [first, second] = [torch.fromShared(token), torch.fromShared(token)];
    expect(bytes()).toBe(before + 4000);
    expect(torch.releaseShared(token)).toBe(true);
    first.dispose();
    expect(second.sum().item()).toBe(1000);
    second.dispose();
    expect(bytes()).toBeLessThan(before + 4000);
  });

  test('until it has been taken as often as was said', () => {
    const before = bytes();
    const token = torch.ones([1000]).share({ uses: 2 });
    torch.scope(() => torch.fromShared(token));
    expect(torch.scope(() => torch.fromShared(token).sum().item())).toBe(1000);
    expect(() => torch.fromShared(token)).toThrow(refused);
    expect(torch.releaseShared(token)).toBe(false);
    expect(bytes()).toBeLessThanOrEqual(before + 4000);
  });

  test('and does not move: it cannot be resized', () => {
    const x = torch.ones([4]);
    keep(x.share());
    expect(() => x.resize_([1000])).toThrow('not resizable');
    expect(x.resize_([2]).tolist()).toEqual([1, 1]);
  });
});

describe('refuses', () => {
  test('a token that has been released, which may happen twice', () => {
    const token = torch.ones([1]).share();
    expect(torch.releaseShared(token)).toBe(true);
    expect(torch.releaseShared(token)).toBe(false);
    expect(() => torch.fromShared(token)).toThrow(refused);
  });

  test('a forged one', () => {
    const token = keep(torch.ones([1]).share());
    const forged: SharedTensor = { ...token, id: 'f'.repeat(32) };
    expect(() => torch.fromShared(forged)).toThrow(refused);
    expect(torch.releaseShared(forged)).toBe(false);
    for (const other of [undefined, null, 1, 'x', {}, { ...token, id: 7 }, { ...token, id: '' }]) {
      expect(() => torch.fromShared(Object(other))).toThrow(noToken);
      expect(() => torch.releaseShared(other as SharedTensor)).toThrow(noToken);
    }
    expect(torch.fromShared(token).item()).toBe(1);
  });

  test.each<[string, () => unknown, string, string]>([
    ['sparse tensors', () => torch.ones([2]).toSparse().share(), 'ARGUMENT', 'a dense tensor'],
    [
      'tensors inside vmap',
      () => torch.vmap((x: Tensor) => (x.share() ? x : x))(torch.ones([2])),
      'VMAP',
      'outside vmap',
    ],
    [
      "a typed array's memory",
      () => torch.tensor(new Float32Array(2), { share: true }).share(),
      'ARGUMENT',
      'SharedArrayBuffer',
    ],
    ['no uses', () => torch.ones([1]).share({ uses: 0 }), 'ARGUMENT', 'a positive integer'],
    ['half a use', () => torch.ones([1]).share({ uses: 1.5 }), 'ARGUMENT', 'a positive integer'],
    [
      'other options',
      () => torch.ones([1]).share(Object({ use: 1 })),
      'ARGUMENT',
      'Unknown option',
    ],
  ])('%s', (_, action, code, message) => {
    const error = { code: `ERR_TORCH_${code}`, message: expect.stringContaining(message) };
    expect(action).toThrow(expect.objectContaining(error));
  });

  test('disposed tensors', () => {
    const x = torch.ones([1]);
    x.dispose();
    expect(() => x.share()).toThrow(refused);
  });
});

describe('between threads', () => {
  test('what a worker writes in place the main thread sees', async () => {
    const x = torch.zeros([2, 3]);
    const worker = startWorker(
      `const x = torch.fromShared(workerData.deep[0]);
       x.select(0, 1).add_(7);
       parentPort.postMessage(x.shape);`,
      { deep: [x.share({ uses: 1 })] },
    );
    const [shape] = await Promise.all([reply(worker), once(worker, 'exit')]);
    expect(shape).toEqual([2, 3]);
    expect(x.tolist()).toEqual([
      [0, 0, 0],
      [7, 7, 7],
    ]);
  });

  test('four workers fill a tensor at once, from one token', async () => {
    const x = torch.zeros([4, 10_000]);
    const token = keep(x.share());
    const workers = [0, 1, 2, 3].map((row) =>
      startWorker(
        `const row = torch.fromShared(workerData.token).select(0, workerData.row);
         for (let i = 0; i < 100; i++) torch.scope(() => row.add_(workerData.row + 1));`,
        { token, row },
      ),
    );
    const codes = await Promise.all(workers.map(async (worker) => (await once(worker, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(x.amin([1]).tolist()).toEqual([100, 200, 300, 400]);
    expect(x.amax([1]).tolist()).toEqual([100, 200, 300, 400]);
  });

  test('a result stays when the worker that made it ends, once it was taken', async () => {
    const worker = startWorker(`
      parentPort.postMessage(torch.full([5], 3).share({ uses: 1 }));
      parentPort.once('message', () => {});
    `);
    const x = torch.fromShared((await reply(worker)) as SharedTensor);
    worker.postMessage('taken');
    await once(worker, 'exit');
    expect(x.add(1).tolist()).toEqual([4, 4, 4, 4, 4]);
  });

  test('a token ends with the thread that made it', async () => {
    const worker = startWorker('parentPort.postMessage(torch.ones([1]).share());');
    const [token] = await Promise.all([reply(worker), once(worker, 'exit')]);
    expect(() => torch.fromShared(token as SharedTensor)).toThrow(refused);
    expect(torch.releaseShared(token as SharedTensor)).toBe(false);
  });

  test('workers may be terminated while they use it', async () => {
    const x = torch.zeros([64, 64]);
    const token = keep(x.share());
    for (let i = 0; i < 5; i++) {
      const worker = startWorker(
        `const x = torch.fromShared(workerData);
         const own = torch.rand([64, 64]);
         parentPort.postMessage(own.share());
         for (;;) torch.scope(() => x.copy_(own).matmul(own));`,
        token,
      );
      const own = torch.fromShared((await reply(worker)) as SharedTensor);
      await new Promise((resolve) => setTimeout(resolve, 3 * i));
      await worker.terminate();
      expect(own.ge(0).all().item()).toBe(true);
      expect(x.fill_(1).sum().item()).toBe(64 * 64);
    }
  });

  test("a SharedArrayBuffer is every thread's", async () => {
    const array = new Float32Array(new SharedArrayBuffer(16));
    const x = torch.tensor(array, { shape: [2, 2], share: true });
    const worker: Worker = startWorker(
      'torch.tensor(workerData, { share: true }).add_(torch.arange(4));',
      array,
    );
    await once(worker, 'exit');
    expect(x.tolist()).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test('a worker that ends with arrays shared, views and graphs of them ends cleanly', async () => {
    const worker = startWorker(`
      const array = new Float32Array(1000).fill(2);
      const x = torch.tensor(array, { share: true, requiresGrad: true });
      globalThis.kept = [x, x.narrow(0, 1, 2), x.pow(2).sum()];
      const gone = torch.tensor(new Float32Array(8), { share: true });
      gone.dispose();
      parentPort.postMessage(kept[2].item());
    `);
    const [sum, [code]] = await Promise.all([reply(worker), once(worker, 'exit')]);
    expect([sum, code]).toEqual([4000, 0]);
  });
});
