import type { Answers } from '../../../lib/serve/engine';
import type { Scored, Scorer } from '../../../lib/serve/predict';
import { type QueueLimits, RequestQueue } from '../../../lib/serve/workers/request-queue';
import type { Shared } from '../../../lib/serve/workers/shared-tree';
import type { SharedRequests } from '../../../lib/serve/workers/tasks';

type Batch = { requests: SharedRequests; answer: () => void; fail: (error: Error) => void };

const scorer = (name: string) => name as unknown as Shared<Scorer>;
const texts = (count: number, name = 'text') =>
  Array.from({ length: count }, (_, i) => `${name} ${i}`);
/** A timer alone may come before what the next turn of the event loop was asked for, where this one took long. */
const turn = () => new Promise((resolve) => setTimeout(() => setImmediate(resolve), 2));

/** A queue whose batches are answered by hand: each part gets its scorer's name as its scores. */
function queueOf(limits: Partial<QueueLimits> = {}) {
  const batches: Batch[] = [];
  const run = (requests: SharedRequests) =>
    new Promise<Answers>((resolve, reject) => {
      const parts = requests.parts.map(({ scorer: own }) => own as unknown as Scored);
      const known = requests.texts.map((text) => !text.includes('strange'));
      batches.push({ requests, answer: () => resolve({ known, parts }), fail: reject });
    });
  const queue = new RequestQueue(run, { workers: 1, maxBatch: 8, maxQueue: 20, ...limits });
  return { queue, batches };
}

test('requests of one turn share a batch; each gets its own part', async () => {
  const { queue, batches } = queueOf();
  const a = queue.ask(texts(3), scorer('a'));
  const b = queue.ask(['strange', 'text'], scorer('b'));
  await turn();
  expect(batches).toHaveLength(1);
  expect(batches[0]?.requests.texts).toEqual([...texts(3), 'strange', 'text']);
  expect(batches[0]?.requests.parts.map(({ count }) => count)).toEqual([3, 2]);
  batches[0]?.answer();
  expect(await a).toEqual({ known: [true, true, true], scored: 'a' });
  expect(await b).toEqual({ known: [false, true], scored: 'b' });
});

test('what comes while workers are busy makes the next batch, up to its limit and in order', async () => {
  const { queue, batches } = queueOf();
  const asked = [queue.ask(texts(1), scorer('first'))];
  await turn();
  for (const count of [5, 3, 2, 9, 1]) asked.push(queue.ask(texts(count), scorer(`${count}`)));
  await turn();
  expect([batches.length, queue.queued, queue.running]).toEqual([1, 20, 1]);
  for (let i = 0; i < 4; i++) {
    batches[i]?.answer();
    await turn();
  }
  const sizes = batches.map(({ requests }) => requests.parts.map(({ count }) => count));
  expect(sizes).toEqual([[1], [5, 3], [2], [9], [1]]);
  batches[4]?.answer();
  await Promise.all(asked);
  expect([queue.queued, queue.running]).toEqual([0, 0]);
});

test('a large batch is handed out over several turns, while the worker has the next one already', async () => {
  const { queue, batches } = queueOf({ maxBatch: 12, maxQueue: 40 });
  const order: string[] = [];
  const asked = texts(12).map((text, i) =>
    queue.ask([text], scorer(`${i}`)).then(({ scored }) => {
      order.push(`${scored}`);
    }),
  );
  await turn();
  const next = queue.ask(['later'], scorer('later'));
  await turn();
  const seen: [answered: number, batches: number][] = [];
  batches[0]?.answer();
  for (let i = 0; i < 6; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push([order.length, batches.length]);
  }
  await Promise.all(asked);
  expect(order).toEqual(Array.from({ length: 12 }, (_, i) => `${i}`));
  expect(seen[0]).toEqual([4, 2]);
  expect(seen.slice(0, 3).map(([answered]) => answered)).toEqual([4, 8, 12]);
  batches[1]?.answer();
  await next;
});

test('a queue is idle once all answers have gone out', async () => {
  const { queue, batches } = queueOf({ maxBatch: 12 });
  let answered = 0;
  for (const text of texts(9)) void queue.ask([text], scorer('a')).then(() => answered++);
  await turn();
  batches[0]?.answer();
  await queue.idle();
  expect(answered).toBe(9);
});

test('as many batches run as there are workers', async () => {
  const { queue, batches } = queueOf({ workers: 2, maxBatch: 1 });
  const asked = texts(5).map((text) => queue.ask([text], scorer('a')));
  await turn();
  expect(batches).toHaveLength(2);
  for (let i = 0; i < 5; i++) {
    batches[i]?.answer();
    await turn();
  }
  await Promise.all(asked);
});

test('refuses what would wait too long in line, but a large request alone', async () => {
  const { queue, batches } = queueOf({ maxQueue: 4 });
  const large = queue.ask(texts(10), scorer('large'));
  await turn();
  const waits = queue.ask(texts(4), scorer('waits'));
  expect(() => queue.ask(texts(1), scorer('more'))).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_BUSY' }),
  );
  batches[0]?.answer();
  await turn();
  batches[1]?.answer();
  await Promise.all([large, waits]);
});

test('an aborted or late request leaves the line; its batch goes on without it', async () => {
  const { queue, batches } = queueOf();
  const busy = queue.ask(texts(1), scorer('busy'));
  await turn();
  const controller = new AbortController();
  const aborted = queue.ask(texts(2), scorer('aborted'), { signal: controller.signal });
  const late = queue.ask(texts(2), scorer('late'), { timeout: 5 });
  const stays = queue.ask(texts(2), scorer('stays'), { timeout: 10_000 });
  controller.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  await expect(late).rejects.toMatchObject({ code: 'ERR_TORCH_TIMEOUT' });
  expect(queue.queued).toBe(2);
  batches[0]?.answer();
  await turn();
  expect(batches[1]?.requests.parts).toEqual([{ scorer: 'stays', count: 2 }]);
  batches[1]?.answer();
  await Promise.all([busy, stays]);
});

test('a request that is given up while its batch runs is rejected at once', async () => {
  const { queue, batches } = queueOf();
  const controller = new AbortController();
  const asked = queue.ask(texts(1), scorer('a'), { signal: controller.signal });
  await turn();
  controller.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
  batches[0]?.answer();
  await turn();
  expect(queue.running).toBe(0);
});

test('a batch that fails fails its requests alone', async () => {
  const { queue, batches } = queueOf({ maxBatch: 1 });
  const [bad, good] = [queue.ask(texts(1), scorer('bad')), queue.ask(texts(1), scorer('good'))];
  await turn();
  batches[0]?.fail(new Error('broken'));
  await expect(bad).rejects.toThrow('broken');
  await turn();
  batches[1]?.answer();
  expect((await good).scored).toBe('good');
});

test('says when no batch is running', async () => {
  const { queue, batches } = queueOf();
  await queue.idle();
  const asked = queue.ask(texts(1), scorer('a'));
  await turn();
  let idle = false;
  const waited = queue.idle().then(() => {
    idle = true;
  });
  await turn();
  expect(idle).toBe(false);
  batches[0]?.answer();
  await Promise.all([asked, waited]);
  expect(idle).toBe(true);
});

test('everything that waits can be rejected', async () => {
  const { queue, batches } = queueOf();
  const running = queue.ask(texts(1), scorer('running'));
  await turn();
  const waiting = queue.ask(texts(1), scorer('waiting'));
  queue.clear(new Error('closed'));
  await expect(waiting).rejects.toThrow('closed');
  batches[0]?.answer();
  expect((await running).scored).toBe('running');
});
