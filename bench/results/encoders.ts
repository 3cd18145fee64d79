import { nearestClassMean } from '../../lib/meta';
import { identity } from '../../lib/nn';
import { indices } from '../../lib/serve/heads/features';
import { datasetFromRows, EpisodeSampler, episodeTensors, type Vectorizer } from '../../lib/text';
import { type Tensor, torch } from '../../lib/torch';
import { evaluate, formatEvaluation } from '../../lib/train';
import { ENCODERS, features, type Part, readPart } from './data';

const EPISODES = 600;
const AT_ONCE = 50;

/** Features that are there already, by text. */
export function lookup({ rows }: Part, x: Tensor): Vectorizer<Tensor> {
  const places = new Map(rows.map(({ text }, i) => [text, i]));
  return {
    vectorize: (texts) => x.indexSelect(0, indices(texts.map((text) => places.get(text) ?? 0))),
    lengths: (texts) => texts.map(() => 1),
  };
}

/** Nearest class mean by cosine of frozen encoders: 5-way 1- and 5-shot over all classes of test splits. */
export async function encoderTable(names: readonly string[]): Promise<string[][]> {
  const lines = [['encoder', 'data', '1-shot', '5-shot']];
  for (const name of names) {
    using encoder = await (ENCODERS[name] ?? ENCODERS['use-lite'])?.();
    if (encoder === undefined) continue;
    for (const data of ['clinc150/test', 'banking77/test']) {
      const part = readPart(data);
      const x = await features(encoder, part);
      const cells = [1, 5].map((shots) => accuracy(part, lookup(part, x), shots));
      lines.push([name, data, ...cells]);
    }
  }
  return lines;
}

function accuracy(part: Part, vectorizer: Vectorizer<Tensor>, shots: number): string {
  const dataset = datasetFromRows(part.rows, { name: part.name });
  const generator = torch.generator(7);
  const sampler = new EpisodeSampler(dataset, { ways: 5, shots, queries: 10, generator });
  const learner = nearestClassMean({ encoder: identity() });
  const batches = Array.from(
    { length: EPISODES / AT_ONCE },
    (_, i) => () => episodeTensors(sampler.episodes(AT_ONCE, i * AT_ONCE), vectorizer),
  );
  return formatEvaluation(evaluate(learner, learner.init(torch.generator(0)), batches));
}
