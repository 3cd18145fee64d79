// A thread that works until it is ended; `workerData` has the seed, and how it is to end by itself.
const { parentPort, workerData } = require('node:worker_threads');
const { PLACES, worker } = require('./native-work');

/** @type {{ seed: number, place?: string, end?: 'exit' | 'throw' }} */
const { seed, place, end } = workerData;
const work = worker(seed);
parentPort?.postMessage('busy');

if (place === undefined) {
  for (;;) work();
} else {
  for (let i = 0; i < 20; i++) work();
  PLACES[place]?.(() => {
    if (end === 'exit') process.exit(7);
    throw new Error('soak');
  });
}
