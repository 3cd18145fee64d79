// Contrastive fine-tuning of a whole encoder on pairs, here and by PyTorch, from the same weights, on the same
// pairs: 10 labels of 8 examples, 40 steps of 16 pairs. How far the losses differ, and the median of the rounds.
// `METATORCH_PYTHON=python3 npm run bench:fine-tune`
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadHuggingFace, type TokenModel } from '../lib/text';
import { RandomSource } from '../lib/text/random-source';
import { disposeTree, torch } from '../lib/torch';
import { contrastPairs, rowsByLabel } from '../lib/train/contrastive/batches';
import { fineTuneSteps, type NumberedTexts, rateOf } from '../lib/train/contrastive/fine-tune';
import { fineTuneSettings } from '../lib/train/contrastive/fine-tune-options';
import { readPart, rowsByLabel as rowsByName } from './results/data';
import { PythonPeer } from './support/python-peer';
import { median, printTable } from './support/report';

const SHARED = path.join(__dirname, '../../shared/data');
const LABELS = 10;
const EXAMPLES = 8;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: path.join(SHARED, 'encoders/all-MiniLM-L6-v2') },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

const settings = fineTuneSettings(
  {
    loss: 'cosine-pairs',
    steps: 40,
    batchSize: 16,
    embeddings: true,
    labelNames: false,
    dropout: false,
    learningRate: 2e-5,
  },
  LABELS * EXAMPLES,
  'bench:fine-tune',
);

function examples(): NumberedTexts {
  const { rows } = readPart('banking77/train');
  const labels = [...rowsByName(rows)].slice(0, LABELS);
  const own = labels.flatMap(([, places], y) =>
    places.slice(0, EXAMPLES).map((place) => ({ text: rows[place]?.text ?? '', y })),
  );
  return {
    texts: own.map(({ text }) => text),
    y: own.map(({ y }) => y),
    labels: labels.map(([name]) => name),
  };
}

/** CPU time, wall time, and the losses. */
function ours(model: TokenModel, data: NumberedTexts): number[] {
  const losses: number[] = [];
  const work = fineTuneSteps(model, data, settings);
  const [before, start] = [process.cpuUsage(), performance.now()];
  for (;;) {
    const { done, value } = work.next();
    if (!done) {
      losses.push(value.loss);
      continue;
    }
    disposeTree(value);
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return [(user + system) / 1e3, wall, ...losses];
  }
}

function stepsFor({ tokenize }: TokenModel, { texts, y }: NumberedTexts) {
  const ids = texts.map((text) => [...tokenize(text)]);
  const random = new RandomSource(settings.seed);
  const labels = rowsByLabel(y);
  const rate = rateOf(settings);
  return Array.from({ length: settings.steps }, (_, step) => {
    const pairs = contrastPairs(labels, settings.batchSize, random.fork(step));
    return {
      rate: rate(step),
      one: pairs.map(([one]) => ids[one] ?? []),
      other: pairs.map(([, other]) => ids[other] ?? []),
      targets: pairs.map(([, , same]) => Number(same)),
    };
  });
}

async function main(): Promise<void> {
  const threads = Number(values.threads);
  torch.setNumThreads(threads);
  const model: TokenModel = loadHuggingFace(values.model) as unknown as TokenModel;
  const data = examples();
  const python = new PythonPeer('fine_tune.py', threads);
  const request = {
    model: values.model,
    decay: settings.weightDecay,
    steps: stepsFor(model, data),
  };
  const rounds: { own: number[]; theirs: number[] }[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const own = ours(model, data);
    const theirs = await python.run(request);
    if (typeof theirs === 'string') throw new Error(`PyTorch did not answer: ${theirs}`);
    rounds.push({ own, theirs });
  }
  const [first] = rounds;
  const far = (first?.own ?? []).slice(2).map((x, i) => Math.abs(x - (first?.theirs[i + 2] ?? 0)));
  const [from = 0, to = 0] = [first?.own[2], first?.own.at(-1)];
  const course = `from ${from.toFixed(3)} to ${to.toFixed(3)}`;
  console.log(`The losses (${course}) differ by at most ${Math.max(...far).toExponential(1)}.`);
  const middle = (pick: (round: (typeof rounds)[number]) => number[], at: number): number =>
    median(rounds.map((round) => pick(round)[at] ?? 0));
  const rows = ['CPU', 'wall'].map((clock, at) => ({
    case: `40 steps of 16 pairs, ${threads} threads, ${clock} time`,
    ours: middle(({ own }) => own, at),
    peer: 'PyTorch',
    theirs: middle(({ theirs }) => theirs, at),
  }));
  printTable('fine-tune', rows, 'ms');
  python.close();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
