// Meets tasks one after the other, some of which come again. `npm run example -- online-tasks`

import { type Generator, meta, nn, optim, type Tensor, text, torch, train } from '../lib';

const WAYS = 5;
const SHOTS = 2;
const QUERIES = 2;
const STREAMS = 2;
const METHODS = ['kept solutions', 'from scratch', 'the last solution'] as const;

type Method = (typeof METHODS)[number];
/** The intents of a task, in the order of their labels, and which of their texts are shown. */
type Task = { readonly intents: readonly number[]; readonly visit: number };

function shuffled(count: number, generator: Generator): number[] {
  return torch.scope(() =>
    (torch.randperm(count, { generator, dtype: 'int64' }).tolist() as bigint[]).map(Number),
  );
}

/** Four visits to all 30 intents, five at a time: always the same five together, or other ones at each visit. */
function streamOf(recurring: boolean, generator: Generator): Task[] {
  const first = shuffled(30, generator);
  return Array.from({ length: 4 }, (_, visit) => {
    const order = recurring ? first : shuffled(30, generator);
    const groups = Array.from({ length: 6 }, (_, i) => order.slice(i * WAYS, (i + 1) * WAYS));
    return shuffled(6, generator).map((i) => ({ intents: groups[i] ?? [], visit }));
  }).flat();
}

/** The rows of a task: texts that no task before has shown. */
function episodesOf(vectors: Tensor, { intents, visit }: Task): meta.Episodes {
  const part = (from: number, count: number): meta.Examples => {
    const rows = intents.flatMap((intent, label) =>
      Array.from({ length: count }, (_, k) => ({
        row: intent * 20 + visit * (SHOTS + QUERIES) + from + k,
        label,
      })),
    );
    const at = torch.tensor(
      rows.map(({ row }) => row),
      { dtype: 'int64' },
    );
    const labels = torch.tensor([rows.map(({ label }) => label)], { dtype: 'int64' });
    return { inputs: vectors.indexSelect(0, at).unsqueeze(0), labels };
  };
  return { ways: WAYS, support: part(0, SHOTS), query: part(SHOTS, QUERIES) };
}

/** The accuracy of each method on each task of a stream, before it learns from it. */
function accuracies(vectors: Tensor, stream: readonly Task[]): Record<Method, number[]> {
  return torch.scope(() => {
    const model = nn.linear({ inFeatures: vectors.size(1), outFeatures: WAYS });
    const learner = meta.maml({ model, innerLearningRate: 5, innerSteps: 2 });
    const settings = { learner, optimizer: optim.adam({ learningRate: 0.05 }), metaSteps: 6 };
    const params = nn.trainable(learner.init(torch.generator(1)));
    const mixture = meta.onlineMixture(settings);
    const single = meta.followTheMetaLeader({ ...settings, reuse: 0 });
    let [kept, last] = [mixture.init(params), single.init(params)];
    const scores: Record<Method, number[]> = {
      'kept solutions': [],
      'from scratch': [],
      'the last solution': [],
    };
    for (const task of stream) {
      const episodes = episodesOf(vectors, task);
      const [ofKept, ofLast] = [mixture.round(kept, episodes), single.round(last, episodes)];
      [kept, last] = [ofKept.state, ofLast.state];
      scores['kept solutions'].push(ofKept.accuracy);
      scores['the last solution'].push(ofLast.accuracy);
      scores['from scratch'].push(...meta.queryAccuracy(learner, params, episodes));
    }
    return scores;
  });
}

/** The gain of the kept solutions, task by task, from a visit on. */
function gainOver(
  other: Method,
  all: readonly Record<Method, number[]>[],
  firstVisit = 0,
): train.Estimate {
  return train.estimate(
    all.flatMap((scores) =>
      scores['kept solutions'].map((own, i) => own - (scores[other][i] ?? 0)).slice(6 * firstVisit),
    ),
  );
}

export async function main(print: (line: string) => void = console.log) {
  using encoder = await text.loadEncoder();
  const intents = text.loadIntents();
  using encoded = await encoder.encode(intents.classes.flatMap((own) => intents.examples(own)));
  using vectors = torch.scope(() => encoded.div(encoded.norm(2, [1], true)));
  const gains: Record<string, train.Estimate> = {};
  for (const kind of ['recur', 'do not recur'] as const) {
    const all = Array.from({ length: STREAMS }, (_, seed) =>
      accuracies(vectors, streamOf(kind === 'recur', torch.generator(seed + 1))),
    );
    print(`Tasks that ${kind}, ${STREAMS} streams of 24, accuracy in %:`);
    for (const method of METHODS) {
      const own = train.estimate(all.flatMap((scores) => scores[method]));
      print(`  ${method.padEnd(18)} ${train.formatAccuracy(own)}`);
    }
    for (const other of ['from scratch', 'the last solution'] as const) {
      const [gain, late] = [gainOver(other, all), gainOver(other, all, 2)];
      gains[`${kind}, ${other}`] = gain;
      print(
        `  gain over ${other.replace('from ', '')}: ${train.formatAccuracy(gain)}, in the last two visits ${train.formatAccuracy(late)}`,
      );
    }
  }
  return gains;
}
