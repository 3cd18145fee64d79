import { prototypical } from '../../lib/meta';
import { normalize } from '../../lib/meta/metric/normalize';
import type { Layer } from '../../lib/nn';
import { adam } from '../../lib/optim';
import type { HeadMap } from '../../lib/serve/heads/head-map';
import { CENTRE } from '../../lib/serve/heads/meta-trained';
import {
  datasetFromRows,
  EpisodeSampler,
  episodeTensors,
  type TextDataset,
  type Vectorizer,
} from '../../lib/text';
import { type Tensor, torch } from '../../lib/torch';
import { train } from '../../lib/train';
import { type Part, rowsByLabel } from '../results/data';
import { lookup } from '../results/encoders';

/** A source of tasks: its texts with their vectors `[n, D]`, of length 1. */
export type Source = { part: Part; x: Tensor };

export type HeadSources = {
  /** What the map is learned on. */
  main: Source;
  /** Texts of other kinds, for which the gate has to be closed. */
  others: readonly Source[];
};

const STEPS = 600;
const LEARNING_RATE = 1e-4;
/** λ: how much of the identity is added to the covariance, as a share of its mean eigenvalue. */
const SHRINKAGE = 3;
/** Rows of unit length times this: squared distances are then of the usual size for a softmax. */
const SCALE = 3.6;
const WAYS = [5, 10, 20, 50];
const SHOTS = [1, 1, 5];
/** Support rows of the tasks of a step, about. */
const ROWS = 80;
const GATE_TASKS = 200;

/**
 * Learns the map of an encoder. It starts as the whitening of what varies within labels, shrunk towards
 * the identity, (S + λ I)^−½, and goes on by Prototypical Networks on tasks of 5 to 50 labels, whose
 * centres are taken off as the head does. The gate opens where texts are as near to those of the map as its
 * own tasks are, two standard deviations less, and is closed for other kinds.
 */
export async function trainHead({ main, others }: HeadSources, seed: number): Promise<HeadMap> {
  const start = whitening(main);
  const encoder: Layer<{ weights: Tensor }> = {
    init: () => ({ weights: start }),
    apply: ({ weights }, x) => normalize(x.matmul(weights)).mul(SCALE),
  };
  const learner = prototypical({ encoder });
  const draw = tasksOf(main, WAYS, SHOTS, seed);
  const { params } = await train({
    learner,
    params: { weights: start },
    optimizer: adam({ learningRate: LEARNING_RATE }),
    steps: STEPS,
    episodes: draw,
  });
  const direction = normalize(main.x.mean([0]));
  const own = cosines(main, direction, seed);
  const strangers = others.map((source) => mean(cosines(source, direction, seed)));
  const to = mean(own) - 2 * deviation(own);
  const gate = torch.tensor([Math.min(Math.max(...strangers), to - 0.05), to]);
  return { weights: normalized(params.weights), direction, gate };
}

/** (S + λ tr(S) / D · I)^−½ of the covariance S within labels, of rows of mean squared length 1. */
function whitening({ part, x }: Source): Tensor {
  return torch.scope(() => {
    const size = x.size(1);
    const deviations = [...rowsByLabel(part.rows).values()].map((rows) => {
      const own = x.index([torch.tensor(BigInt64Array.from(rows, BigInt))]).to('float64');
      return own.sub(own.mean([0]));
    });
    const all = torch.cat(deviations);
    const covariance = all.mT.matmul(all).div(all.size(0));
    const usual = covariance.diagonal().mean().mul(SHRINKAGE);
    const [values, vectors] = torch.linalg.eigh(
      covariance.add(torch.eye(size, { dtype: 'float64' }).mul(usual)),
    );
    return normalized(vectors.mul(values.rsqrt()).matmul(vectors.mT).to('float32'));
  });
}

const normalized = (map: Tensor): Tensor =>
  torch.scope(() => map.div(map.square().sum([1]).mean().sqrt()));

/** Batches of tasks in turn of each number of ways and shots, with their centres taken off. */
function tasksOf(
  { part, x }: Source,
  ways: readonly number[],
  shots: readonly number[],
  seed: number,
) {
  const dataset = datasetFromRows(part.rows, { name: part.name });
  const kinds = ways.flatMap((n) => shots.map((k) => ({ n, k })));
  const samplers = kinds.map(({ n, k }, i) => sampler(dataset, n, k, seed + i));
  const vectorizer = lookup(part, x);
  return (step: number) => {
    const kind = step % kinds.length;
    const count = Math.max(1, Math.floor(ROWS / (kinds[kind]?.n ?? ROWS)));
    return centred(samplers[kind], count, step, vectorizer);
  };
}

function sampler(dataset: TextDataset, ways: number, shots: number, seed: number): EpisodeSampler {
  const generator = torch.generator(seed);
  return new EpisodeSampler(dataset, { ways, shots, queries: 5, generator });
}

function centred(
  from: EpisodeSampler | undefined,
  count: number,
  step: number,
  vectorizer: Vectorizer<Tensor>,
) {
  const texts = from?.episodes(count, step * count) ?? [];
  const { ways, support, query } = episodeTensors(texts, vectorizer);
  const centre = support.inputs.mean([1], true).mul(CENTRE);
  const moved = (x: Tensor): Tensor => x.sub(centre);
  return {
    ways,
    support: { ...support, inputs: moved(support.inputs) },
    query: { ...query, inputs: moved(query.inputs) },
  };
}

/** The cosines with a direction of the means of 5-way 1-shot tasks. */
function cosines({ part, x }: Source, direction: Tensor, seed: number): number[] {
  const dataset = datasetFromRows(part.rows, { name: part.name });
  const texts = sampler(dataset, 5, 1, seed).episodes(GATE_TASKS);
  return torch.scope(() => {
    const { support } = episodeTensors(texts, lookup(part, x));
    return [
      ...normalize(support.inputs.mean([1]))
        .matmul(direction)
        .data(),
    ].map(Number);
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function deviation(values: readonly number[]): number {
  const about = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - about) ** 2)));
}
