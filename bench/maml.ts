// One meta-step of MAML here and in Python, the same work in the same minute: 5-way 5-shot, 15
// queries a class, 5 inner steps of second order, Adam outside; a perceptron 300-256-128-5, then a
// text CNN and a two-layer Transformer on sequences of 20 tokens.
// `npm run bench:maml -- --models mlp,cnn --tasks 4,16,32 --threads 1,2 --peers eager,func,jax --rounds 7`
import { parseArgs } from 'node:util';
import { metaGradient } from '../lib/meta';
import { trainable } from '../lib/nn';
import { adam } from '../lib/optim';
import { torch } from '../lib/torch';
import { mamlWorkload } from './support/maml-models';
import { PythonPeer } from './support/python-peer';
import { median, printTable, type Row } from './support/report';

const STEPS_A_ROUND = 3;

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'mlp,cnn,transformer' },
    tasks: { type: 'string', default: '4,16,32' },
    threads: { type: 'string', default: '2,1' },
    peers: { type: 'string', default: 'eager,learn2learn,func,compile,bmm,jax' },
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
});
const list = (text: string): string[] => text.split(',').filter((item) => item !== '');

/** A meta-step on fixed episodes. */
function metaStep(model: string, tasks: number, lowRank: boolean): () => void {
  const { learner, episodes, tasksAtOnce } = mamlWorkload(model, tasks, lowRank);
  const optimizer = adam({ learningRate: 1e-3 });
  const params = trainable(learner.init(torch.generator(1)));
  let run = { params, state: optimizer.init(params) };
  return () => {
    run = torch.replace(run, ({ params, state }) => {
      const { gradients } = metaGradient(learner, params, episodes, { tasksAtOnce });
      return optimizer.update(gradients, state, params);
    });
  };
}

function time(step: () => void): number[] {
  return Array.from({ length: STEPS_A_ROUND }, () => {
    const start = performance.now();
    step();
    return performance.now() - start;
  });
}

async function compare(
  model: string,
  tasks: number,
  threads: number,
  python: PythonPeer,
): Promise<Row[]> {
  torch.setNumThreads(threads);
  const lowRank = metaStep(model, tasks, true);
  const dense = metaStep(model, tasks, false);
  for (const step of [lowRank, dense, lowRank, dense]) step();
  const ours: number[] = [];
  const theirs = new Map<string, number[]>([['metatorch, dense', []]]);
  const missing = new Map<string, string>();
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(...time(lowRank));
    theirs.get('metatorch, dense')?.push(...time(dense));
    for (const peer of list(values.peers)) {
      if (missing.has(peer)) continue;
      const times = await python.run({ model, peer, tasks, count: STEPS_A_ROUND });
      if (typeof times === 'string') missing.set(peer, times);
      else theirs.set(peer, [...(theirs.get(peer) ?? []), ...times]);
    }
  }
  for (const [peer, reason] of missing) console.log(`${peer} is not compared: ${reason}`);
  const name = `${model}, ${tasks} tasks, ${threads} thread${threads === 1 ? '' : 's'}`;
  return [...theirs].map(([peer, times]) => ({
    case: name,
    ours: median(ours),
    peer,
    theirs: median(times),
  }));
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const threads of list(values.threads).map(Number)) {
    const python = new PythonPeer('maml.py', threads);
    for (const model of list(values.models)) {
      for (const tasks of list(values.tasks).map(Number)) {
        rows.push(...(await compare(model, tasks, threads, python)));
      }
    }
    python.close();
  }
  printTable('maml', rows, 'ms');
}

void main();
