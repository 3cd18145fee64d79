// One rank that meta-trains a perceptron, with a checkpoint every other step, and goes on from the latest.
//
//     node rank-child.js folder steps address timeout
//
// torchrun's variables say who it is. It writes a line of JSON when it begins, once it has joined, for each step of rank 0,
// and for how it ends: `{ hash }` of its parameters with status 0, or `{ code, ranks, message }` with status 3.
const { createHash } = require('node:crypto');
const { writeSync } = require('node:fs');
const { maml } = require('../../../dist/meta');
const { mlp } = require('../../../dist/nn');
const { adam } = require('../../../dist/optim');
const { flattenTree, torch } = require('../../../dist/torch');
const { train } = require('../../../dist/train');

const TASKS = 6;
const FAILED = 3;
const [folder = '', steps = '1', address = '', timeout = '1000'] = process.argv.slice(2);
const { distributed } = torch;

/** @param {object} line */
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

/** @param {number} batch */
function episodes(batch) {
  const generator = torch.generator(batch);
  /** @param {number} rows */
  const examples = (rows) => {
    const labels = torch.arange(rows).remainder(2).expand([TASKS, rows]).contiguous();
    const noise = torch.randn([TASKS, rows, 16], { generator });
    return { inputs: noise.add(labels.unsqueeze(-1)), labels };
  };
  return { ways: 2, support: examples(8), query: examples(16) };
}

async function main() {
  torch.setNumThreads(1);
  say({ begins: Date.now() });
  await distributed.initProcessGroupAsync({ address, timeout: Number(timeout) });
  say({ joined: true });
  const model = mlp({ sizes: [16, 64, 2] });
  const learner = maml({ model, innerLearningRate: 0.1, innerSteps: 2 });
  const { params } = await train({
    learner,
    params: learner.init(torch.generator(1)),
    optimizer: adam({ learningRate: 0.01 }),
    episodes,
    steps: Number(steps),
    checkpoints: { folder, every: 2, keep: 2 },
    resume: 'auto',
    logger: { step: ({ step }) => say({ step }) },
    distributed: {},
  });
  const hash = createHash('sha256');
  for (const tensor of Object.values(flattenTree(params))) {
    hash.update(Float64Array.from(tensor.data(), Number));
  }
  say({ hash: hash.digest('hex') });
  distributed.destroyProcessGroup();
}

main().catch((error) => {
  const { code, ranks, message } = error;
  say({ code, ranks, message, at: Date.now() });
  process.exit(FAILED);
});
