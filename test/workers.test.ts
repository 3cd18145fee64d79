import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { startWorker as start, TORCH } from './helpers/processes/torch-worker';

test('four workers compute at once, each with its own tensors', async () => {
  const workers = [1, 2, 3, 4].map((k) =>
    start(`
      const w = torch.tensor([${k}], { requiresGrad: true });
      let last;
      for (let i = 0; i < 200; i++) {
        last = torch.scope(() => torch.grad(w.pow(3).sum(), [w])[0].item());
      }
      const a = torch.rand([64, 64], { generator: torch.generator(${k}) });
      parentPort.postMessage({ gradient: last, trace: a.matmul(a).trace().item(), ...torch.memory() });
    `),
  );
  const replies = await Promise.all(
    workers.map(async (worker) => {
      // Both at once: a worker may exit before the wait for its message goes on.
      const [[reply], [code]] = (await Promise.all([
        once(worker, 'message'),
        once(worker, 'exit'),
      ])) as [[Record<string, number>], [number]];
      return { ...reply, code };
    }),
  );
  expect(replies.map((reply) => reply.code)).toEqual([0, 0, 0, 0]);
  expect(replies).toMatchObject([3, 12, 27, 48].map((gradient) => ({ gradient })));
  // A handle per tensor that the script above still names, and not one of another worker's.
  for (const reply of replies) expect(reply).toMatchObject({ tensors: expect.any(Number) });
  for (const { tensors } of replies as unknown as { tensors: number }[]) {
    expect(tensors).toBeLessThan(10);
  }
});

test('terminating a worker during native work leaves the process alive, 20 times of 20', async () => {
  for (let i = 0; i < 20; i++) {
    const worker = start(`
      const a = torch.rand([200, 200]);
      parentPort.postMessage('busy');
      for (;;) {
        torch.scope(() => a.matmul(a).add(1).sum().item());
        try { a.matmul(torch.rand([3, 3])); } catch {}
      }
    `);
    await once(worker, 'message');
    // Different moments inside of the loop.
    await new Promise((resolve) => setTimeout(resolve, i));
    expect(await worker.terminate()).toBe(1);
  }
}, 120_000);

test('a worker terminated inside autocast takes its converted weights with it', () => {
  // In a process of its own: 32 MiB of converted weights for each worker.
  const script = `
    const { once } = require('node:events');
    const { Worker } = require('node:worker_threads');
    const body = \`
      const { parentPort } = require('node:worker_threads');
      const { torch } = require(${TORCH});
      const w = torch.ones([4096, 4096]).requiresGrad_();
      torch.autocast('cpu', 'bfloat16', () => {
        torch.ones([1, 4096]).matmul(w);
        parentPort.postMessage('busy');
        for (;;) torch.scope(() => w.sum());
      });\`;
    const end = async () => {
      const worker = new Worker(body, { eval: true });
      await once(worker, 'message');
      await worker.terminate();
    };
    (async () => {
      await end();
      const before = process.memoryUsage.rss();
      for (let i = 0; i < 5; i++) await end();
      console.log((process.memoryUsage.rss() - before) / 2 ** 20);
    })();`;
  const grown = Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
  expect(grown).toBeLessThan(80);
});
