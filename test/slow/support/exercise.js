/**
 * Uses all of the native code, then leaves things live and ends, so that LeakSanitizer can say what
 * nobody held any more: operators, gradients, modes, files, errors, a second copy of the library, and
 * threads that end by themselves, by an error and by termination.
 */
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { kinds, PLACES, torch } = require('./native-work');

const ROUNDS = 20;
const DIST = path.join(__dirname, '../../../dist');
/** @type {typeof import('../../../lib/torch')} */
const { readSafetensors, writeSafetensors } = require(path.join(DIST, 'torch'));
const WORKER = path.join(__dirname, 'busy-worker.js');

/** @param {() => unknown} fn @returns {string} what it throws, or what it gives, in words */
function outcome(fn) {
  try {
    return String(fn());
  } catch (error) {
    return String(error);
  }
}

function everyKindOfWork() {
  const all = kinds();
  for (let i = 0; i < ROUNDS; i++) {
    for (const work of all) {
      torch.scope(work);
      work();
    }
  }
}

/** Every function of the bindings with wrong arguments: refused or not, nothing may be left behind. */
function everyFunction() {
  // Those that would change what the rest runs in.
  const spared = /^(enter|leave|setErrorFactory|setNumThreads|setMemoryLimit)/;
  const { binding } = require(path.join(DIST, 'torch/binding'));
  const { handleOf } = require(path.join(DIST, 'torch/handle'));
  const x = torch.rand([2, 3]);
  for (const name of Object.keys(binding)) {
    if (typeof binding[name] !== 'function' || spared.test(name)) continue;
    for (const args of [[], [{}], ['x', 'y'], [-1, 1], [[{}, 1]], [handleOf(x), null, 'no']]) {
      outcome(() => binding[name](...args));
    }
  }
  for (const name of binding.operatorNames('aten')) binding.overloads(name);
}

/** Memory of JavaScript's and of other threads' tensors, and the operator of our own. */
function sharing() {
  torch.fromShared(torch.rand([100]).share({ uses: 1 })).add_(1);
  torch.rand([100]).share();
  torch.tensor(new Float32Array(100), { share: true }).add_(1);
  const filters = torch.rand([2, 3, 4]).requiresGrad_();
  const y = torch.convMax(torch.rand([2, 5, 6, 2]), filters, torch.zeros([2, 3]));
  const [gradient] = torch.grad(y.exp().sum(), [filters], { createGraph: true });
  torch.grad(gradient.square().sum(), [filters]);
}

function files() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-leaks-'));
  const file = path.join(folder, 'x.safetensors');
  const tensors = { a: torch.rand([100]), b: torch.tensor([1n, 2n]) };
  writeSafetensors(file, tensors);
  readSafetensors(file);
  readSafetensors(file, { mmap: true }).tensors.a?.add_(1);
  fs.writeFileSync(file, 'nothing');
  outcome(() => readSafetensors(file));
  fs.rmSync(folder, { recursive: true });
}

/** Another copy of the library in the same thread, as test runners make one for each file. */
function anotherCopy() {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(DIST)) delete require.cache[file];
  }
  const { torch: other } = require(path.join(DIST, 'torch'));
  const w = other.rand([3]).requiresGrad_();
  other.grad(other.checkpoint((/** @type {typeof w} */ a) => a.sin().exp(), w).sum(), w);
  return { other, w };
}

async function threads() {
  for (const end of ['exit', 'throw']) {
    for (const place of Object.keys(PLACES)) {
      const thread = new Worker(WORKER, { workerData: { seed: 5, place, end } });
      thread.on('error', () => {});
      await new Promise((resolve) => thread.on('exit', resolve));
    }
  }
  for (let seed = 0; seed < 10; seed++) {
    const thread = new Worker(WORKER, { workerData: { seed } });
    await once(thread, 'message');
    await sleep(seed * 10);
    await thread.terminate();
  }
}

async function main() {
  everyKindOfWork();
  everyFunction();
  files();
  sharing();
  await threads();
  const live = anotherCopy();
  Reflect.set(globalThis, 'live', live);
  const before = torch.rand([3]).requiresGrad_();
  Reflect.set(
    globalThis,
    'open',
    torch.checkpoint((/** @type {typeof before} */ a) => a.sin(), before),
  );
  console.log('exercised');
}

void main();
