/**
 * Work for processes and threads that are to be ended in the middle of it.
 *
 * @typedef {typeof import('../../../lib/torch').torch} Torch
 * @typedef {import('../../../lib/torch').Tensor} Tensor
 */
const path = require('node:path');
const { numbers } = require('../../helpers/numbers');

/** @type {{ torch: Torch }} The compiled one, which is there only after the build. */
const { torch } = require(path.join(__dirname, '../../../dist/torch'));

/** @param {() => unknown} fn @param {RegExp} reason why it must fail */
function fails(fn, reason) {
  try {
    fn();
  } catch (error) {
    if (reason.test(String(error))) return;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/**
 * One kind of work each: long operators, many small ones, graphs of second order, errors, regions that
 * are made again, samples, modes, generators, and tensors left to the collector.
 *
 * @returns {(() => void)[]}
 */
function kinds() {
  const big = torch.rand([200, 200]);
  const x = torch.rand([6, 8]);
  const w = torch.rand([8, 8]).requiresGrad_();
  /** @param {Tensor} a */
  const layer = (a) => a.matmul(w).tanh().pow(2).sin();
  const rows = torch.vmap(layer);
  return [
    () => void big.matmul(big).add(1).sum().item(),
    () => {
      for (let i = 0; i < 100; i++) x.add(i).mul(x).sum(0);
    },
    () => {
      const [first] = torch.grad(layer(x).sum(), [w], { createGraph: true });
      first?.pow(2).sum().backward();
      w.grad = null;
    },
    () => fails(() => big.matmul(x), /shape|size/),
    () => void torch.grad(torch.checkpoint(layer, torch.checkpoint(layer, x)).sum(), w),
    () => {
      let runs = 0;
      const once = torch.checkpoint((/** @type {Tensor} */ a) => {
        if (runs++ > 0) throw new Error('refused');
        return layer(a);
      }, x);
      fails(() => torch.grad(once.sum(), w), /refused/);
    },
    () => void torch.grad(rows(rows(x)).sum(), w),
    () => void torch.jacobian((/** @type {Tensor} */ a) => torch.checkpoint(layer, a).sum(0), x),
    () => void torch.inferenceMode(() => torch.autocast('cpu', 'bfloat16', () => x.matmul(x.t()))),
    () => void torch.rand([32, 32], { generator: torch.generator(1).fork() }).split(4),
  ];
}

/**
 * A function that does one piece of work, chosen by a seed; every fifth outside of any scope.
 *
 * @param {number} seed
 */
function worker(seed) {
  const next = numbers(seed);
  if (next(2) === 0) torch.setNumThreads(1);
  const all = kinds();
  return () => {
    const work = all[next(all.length)];
    if (work === undefined) throw new Error('no such kind');
    if (next(5) === 0) work();
    else torch.scope(work);
  };
}

/**
 * Where an end may come: each runs `end` somewhere.
 *
 * @type {Record<string, (end: () => void) => void>}
 */
const PLACES = {
  plainly: (end) => end(),
  'in a scope': (end) => {
    torch.scope(() => {
      torch.rand([100]).add(1);
      end();
    });
  },
  'in a checkpointed region': (end) => {
    const a = torch.rand([4]).requiresGrad_();
    torch.checkpoint((/** @type {Tensor} */ b) => {
      const result = b.sin().exp();
      end();
      return result;
    }, a);
  },
  'in backward, in a region that is made again': (end) => {
    const a = torch.rand([4]).requiresGrad_();
    let runs = 0;
    const result = torch.checkpoint((/** @type {Tensor} */ b) => {
      const inner = torch.checkpoint((/** @type {Tensor} */ c) => c.sin().exp(), b);
      if (runs++ > 0) end();
      return inner.sin();
    }, a);
    torch.grad(result.sum(), a, { createGraph: true });
  },
  'in vmap': (end) => {
    torch.vmap((/** @type {Tensor} */ row) => {
      end();
      return row.sin();
    })(torch.rand([3, 4]));
  },
  'in inference mode and autocast': (end) => {
    torch.inferenceMode(() => torch.autocast('cpu', 'bfloat16', end));
  },
  'in a timer': (end) => {
    setTimeout(end, 1);
  },
};

module.exports = { kinds, PLACES, torch, worker };
