import { setImmediate as turn } from 'node:timers/promises';
import { type JobOptions, JobQueue } from '../../../lib/serve/workers/job-queue';

/** A queue whose jobs end when they are told to, with the names of those that have begun. */
function controlled(lanes: number) {
  const queue = new JobQueue(lanes);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    queue,
    begun,
    add: (name: string, options: JobOptions = {}): Promise<string> =>
      queue.run(
        () =>
          new Promise((resolve) => {
            begun.push(name);
            ends.set(name, () => resolve(name));
          }),
        options,
      ),
    end: async (name: string) => {
      ends.get(name)?.();
      await turn();
    },
  };
}

const large = { size: 5000 };

test('a small job never waits for a large one, whoever has how many of them', async () => {
  const { add, begun, end } = controlled(2);
  const [a, b] = [{}, {}];
  void add('a1', { owner: a, ...large });
  void add('a2', { owner: a, ...large });
  void add('b1', { owner: b, ...large });
  void add('small');
  expect(begun).toEqual(['a1', 'small']);
  await end('small');
  expect(begun).toEqual(['a1', 'small']);
  await end('a1');
  expect(begun).toEqual(['a1', 'small', 'a2']);
});

test('owners take turns', async () => {
  const { add, begun, end } = controlled(1);
  const [a, b, c] = [{}, {}, {}];
  for (const name of ['a1', 'a2', 'a3']) void add(name, { owner: a });
  for (const name of ['b1', 'b2']) void add(name, { owner: b });
  void add('c1', { owner: c });
  for (const name of ['a1', 'a2', 'b1', 'c1', 'a3']) await end(name);
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
});

test('one lane takes large jobs too', async () => {
  const { add, begun, end } = controlled(1);
  void add('large', large);
  void add('small');
  expect(begun).toEqual(['large']);
  await end('large');
  expect(begun).toEqual(['large', 'small']);
});

test('a job that waits is given up by its signal, and takes nobody the turn', async () => {
  const { add, begun, end, queue } = controlled(1);
  const leaving = new AbortController();
  const owner = {};
  const first = add('first');
  const second = add('second', { owner, signal: leaving.signal });
  const third = add('third', { owner });
  expect(queue.waiting).toBe(2);
  leaving.abort(new Error('left'));
  await expect(second).rejects.toThrow('left');
  expect(queue.waiting).toBe(1);
  await end('first');
  await end('third');
  expect(await Promise.all([first, third])).toEqual(['first', 'third']);
  expect(begun).toEqual(['first', 'third']);
  await expect(add('late', { signal: leaving.signal })).rejects.toThrow('left');
});

test('a job that has begun is not given up, and one that fails leaves its lane', async () => {
  const { add, end, queue } = controlled(1);
  const leaving = new AbortController();
  const begun = add('begun', { signal: leaving.signal });
  leaving.abort();
  await end('begun');
  expect(await begun).toBe('begun');
  const failing = queue.run(() => Promise.reject(new Error('failed')));
  await expect(failing).rejects.toThrow('failed');
  const after = add('after');
  await end('after');
  expect(await after).toBe('after');
});
