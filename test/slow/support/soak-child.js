/**
 * A process that works and ends in one way: `node soak-child.js <ending> <seed> [count]`. What is not
 * as it should be and seen from within is printed as lines of standard output.
 */
const { once } = require('node:events');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { numbers } = require('../../helpers/numbers');
const { PLACES, torch, worker } = require('./native-work');

const [, , ending = '', seedText = '0', countText = '1'] = process.argv;
const seed = Number(seedText);
const next = numbers(seed);
const EXIT_CODE = 7;
const BUSY_MS = 60;
const START_MS = 200;

/** @param {Record<string, unknown>} [data] */
const startWorker = (data) =>
  new Worker(path.join(__dirname, 'busy-worker.js'), {
    workerData: { seed: next(2 ** 30), ...data },
  });

/** Terminates workers one after another: most at work, some while they still start. */
async function terminate() {
  for (let i = 0; i < Number(countText); i++) {
    const thread = startWorker();
    /** @type {unknown[]} */
    const errors = [];
    thread.on('error', (error) => errors.push(error));
    let busy = false;
    thread.on('message', () => {
      busy = true;
    });
    if (next(5) > 0) {
      await once(thread, 'message');
      await sleep(next(BUSY_MS));
    } else {
      await sleep(next(START_MS));
    }
    const code = await thread.terminate();
    // Node gives 0 for a thread that has not begun to run anything.
    if (code !== 1 && (busy || code !== 0))
      console.log(`termination ${i}: the worker ended with ${code}`);
    for (const error of errors) console.log(`termination ${i}: ${error}`);
  }
  if (torch.ones([3]).sum().item() !== 3) console.log('the main thread computes no more');
}

/** What a program may leave behind. Returned, so that it lives until the end. */
function leaveThingsLive() {
  const a = torch.rand([16]).requiresGrad_();
  const generators = [torch.generator(1), torch.generator(2).fork()];
  const region = torch.checkpoint((/** @type {typeof a} */ b) => b.sin().exp().mul(b), a);
  const [first] = torch.grad(region.sum(), [a], { createGraph: true });
  const draws = generators.map((generator) => torch.rand([64], { generator }));
  for (let i = 0; i < 500; i++) a.detach().add(i);
  const registry = new FinalizationRegistry(() => console.log('a finalizer ran after the end'));
  registry.register(draws, 'draws');
  return { a, generators, region, first, draws, registry };
}

async function workAwhile() {
  const work = worker(next(2 ** 30));
  if (next(2) === 0) {
    const thread = startWorker();
    thread.unref();
    if (next(2) === 0) await once(thread, 'message');
  }
  const end = performance.now() + next(BUSY_MS);
  while (performance.now() < end) work();
  return work;
}

/** @param {() => void} end @returns {void} in some place, sometimes while other threads work */
function endSomewhere(end) {
  const places = Object.values(PLACES);
  places[next(places.length)]?.(end);
}

/** @type {Record<string, () => Promise<void>>} */
const ENDINGS = {
  terminate,
  async natural() {
    await workAwhile();
    Reflect.set(globalThis, 'live', leaveThingsLive());
  },
  async exit() {
    await workAwhile();
    Reflect.set(globalThis, 'live', leaveThingsLive());
    process.on('exit', () => torch.ones([2]).add(1).sum().item());
    if (next(4) === 0) {
      const names = Object.keys(PLACES);
      const thread = startWorker({ place: names[next(names.length)], end: 'exit' });
      const [code] = await once(thread, 'exit');
      process.exit(code);
    }
    endSomewhere(() => process.exit(EXIT_CODE));
  },
  async uncaught() {
    await workAwhile();
    Reflect.set(globalThis, 'live', leaveThingsLive());
    if (next(4) === 0) {
      const names = Object.keys(PLACES);
      startWorker({ place: names[next(names.length)], end: 'throw' });
      return;
    }
    const native = next(2) === 0;
    setImmediate(() =>
      endSomewhere(() => {
        if (native) torch.ones([2]).matmul(torch.ones([3]));
        throw new Error('soak');
      }),
    );
  },
  async sigterm() {
    const work = await workAwhile();
    Reflect.set(globalThis, 'live', leaveThingsLive());
    console.log('busy');
    for (;;) work();
  },
};

void ENDINGS[ending]?.();
