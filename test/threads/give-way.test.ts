import { once } from 'node:events';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const GIVE_WAY = join(__dirname, '../../dist/threads/give-way.js');

const THREAD = `
const { readlinkSync } = require('node:fs');
const { getPriority } = require('node:os');
const { parentPort } = require('node:worker_threads');
require(${JSON.stringify(GIVE_WAY)}).giveWay();
parentPort.postMessage(getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1))));
`;

test('a thread that gives way has a lower priority; the process keeps its own', async () => {
  const before = getPriority();
  const worker = new Worker(THREAD, { eval: true });
  const [niceness] = await once(worker, 'message');
  await worker.terminate();
  expect(niceness).toBe(Math.max(before, 5));
  expect(getPriority()).toBe(before);
});
