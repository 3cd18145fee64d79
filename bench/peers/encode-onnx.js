// Texts to vectors by onnxruntime-node, for `npm run bench:encode`: a server as encode.py.
//   node encode-onnx.js <threads> <folder with onnxruntime-node in its node_modules>
//   {"model": "float32.onnx", "batches": [[[101, 2129, ..], ..]]}  ->  {"ms": [CPU time, wall time]}
const { createRequire } = require('node:module');
const path = require('node:path');
const { createInterface } = require('node:readline');

/** What is used of onnxruntime-node.
 * @typedef {{ run(feeds: Record<string, object>): Promise<unknown> }} Session
 * @typedef {{
 *   InferenceSession: { create(model: string, options: object): Promise<Session> },
 *   Tensor: new (type: 'int64', data: BigInt64Array, shape: number[]) => object,
 * }} Runtime
 */

const [, , threads, folder = '.'] = process.argv;
/** @type {Map<string, Session>} */
const sessions = new Map();

/** @param {Runtime} ort @param {string} model */
async function sessionOf(ort, model) {
  const known = sessions.get(model);
  if (known !== undefined) return known;
  const options = { intraOpNumThreads: Number(threads), interOpNumThreads: 1 };
  const session = await ort.InferenceSession.create(model, options);
  sessions.set(model, session);
  return session;
}

/** @param {Runtime} ort @param {number[][]} lists */
function padded(ort, lists) {
  const length = Math.max(...lists.map((ids) => ids.length));
  const shape = [lists.length, length];
  const ids = new BigInt64Array(lists.length * length);
  const mask = new BigInt64Array(lists.length * length);
  for (const [row, list] of lists.entries()) {
    for (const [i, id] of list.entries()) {
      ids[row * length + i] = BigInt(id);
      mask[row * length + i] = 1n;
    }
  }
  return { ids: new ort.Tensor('int64', ids, shape), mask: new ort.Tensor('int64', mask, shape) };
}

/** @param {{ model: string, batches: number[][][] }} request */
async function encode({ model, batches }) {
  const ort = createRequire(path.join(path.resolve(folder), 'package.json'))('onnxruntime-node');
  const session = await sessionOf(ort, model);
  const before = process.cpuUsage();
  const start = performance.now();
  for (const lists of batches) await session.run(padded(ort, lists));
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e3, wall];
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await encode(JSON.parse(line)).then(
      (ms) => ({ ms }),
      (error) => ({ error: String(error).slice(0, 300) }),
    );
    console.log(JSON.stringify(answer));
  }
}

void main();
