import { withSample } from '../../lib/serve/calibration/sample';
import { fitExamples } from '../../lib/serve/fit-examples';
import { HEADS, type HeadName } from '../../lib/serve/heads';
import { indices } from '../../lib/serve/heads/features';
import type { Examples } from '../../lib/serve/heads/head';
import { type HeadMap, headMapFile, readHeadMap } from '../../lib/serve/heads/head-map';
import {
  datasetFromRows,
  EpisodeSampler,
  episodeTensors,
  type SentenceEncoder,
} from '../../lib/text';
import { type Tensor, torch } from '../../lib/torch';
import { type Estimate, estimate } from '../../lib/train';
import { type Source, trainHead } from '../heads/train-head';
import { sourceOf, sourcesOf, WITHOUT } from '../heads/variants';
import { ENCODERS, labelNames, rowsByLabel } from './data';
import { lookup } from './encoders';

const EPISODES = 1000;
/** The choice fits every candidate, and so is measured on the first of them alone. */
const CHOSEN = 200;
const AT_ONCE = 50;
const SEED = 1;
/** Data that the head of the row has not seen, the number of labels of a task, and the head. */
const ROWS: readonly { data: string; ways: number; without?: string }[] = [
  { data: 'banking77/test', ways: 5 },
  { data: 'clinc150/test', ways: 5, without: 'clinc150' },
  { data: 'sib200', ways: 5 },
  { data: 'nusax', ways: 3 },
  { data: 'fewrel', ways: 5, without: 'fewrel' },
  { data: 'xsid', ways: 5 },
];

/**
 * The meta-trained head and the choice among heads against the nearest class mean, on data that the head was
 * not trained on: accuracy of the mean over 1,000 tasks, and the differences, paired by task, in points; the
 * choice over the first 200.
 */
export async function headTable(names: readonly string[]): Promise<string[][]> {
  const lines = [['encoder', 'data', 'head', 'shots', 'class mean', 'meta-trained', 'chosen']];
  for (const name of names) {
    using encoder = await ENCODERS[name]?.();
    const file = encoder && headMapFile(encoder);
    if (encoder === undefined || file === undefined) continue;
    for (const { data, ways, without } of ROWS) {
      const map = await mapFor(encoder, file, without);
      const source = await sourceOf(encoder, data);
      const head = without === undefined ? 'shipped' : `without ${without}`;
      const known = { ...source, map, names: labelNames(encoder, source.part) };
      for (const shots of [1, 5]) {
        const figures = cells(known, ways, shots);
        const line = [name, data, head, String(shots), ...figures];
        process.stderr.write(`${line.join('  ')}\n`);
        lines.push(line);
      }
    }
  }
  return lines;
}

/** The encoder's map, or one that has not seen some source. */
export async function mapFor(
  encoder: SentenceEncoder,
  file: string,
  without: string | undefined,
): Promise<HeadMap> {
  const variant = without === undefined ? undefined : WITHOUT[without];
  return variant === undefined
    ? readHeadMap(file)
    : trainHead(await sourcesOf(encoder, variant), SEED);
}

/** Tasks' source, and what a classifier knows beside their examples. */
type Known = Source & { map: HeadMap; names: Tensor };

function cells({ part, x, map, names }: Known, ways: number, shots: number): string[] {
  const labels = [...rowsByLabel(part.rows).keys()];
  const dataset = datasetFromRows(part.rows, { name: part.name });
  const generator = torch.generator(7);
  const sampler = new EpisodeSampler(dataset, { ways, shots, queries: 10, generator });
  const scores: Scores[] = [];
  for (let from = 0; from < EPISODES; from += AT_ONCE) {
    scores.push(
      ...torch.scope(() => {
        const episodes = sampler.episodes(AT_ONCE, from);
        const tasks = episodeTensors(episodes, lookup(part, x));
        return Array.from({ length: AT_ONCE }, (_, i) => {
          const support = {
            x: tasks.support.inputs.select(0, i),
            y: tasks.support.labels.select(0, i),
          };
          const query = { x: tasks.query.inputs.select(0, i), y: tasks.query.labels.select(0, i) };
          const own = episodes[i]?.classes.map((label) => labels.indexOf(label)) ?? [];
          const known = { labels: ways, map, names: names.indexSelect(0, indices(own)) };
          const choose = from < CHOSEN;
          return torch.scope(() => score({ ...support, ...known }, query, choose));
        });
      }),
    );
  }
  const chosen = scores.flatMap((one) => (one.chosen === undefined ? [] : one.chosen - one.mean));
  const usual = estimate(scores.map(({ mean }) => mean));
  return [
    `${(100 * usual.mean).toFixed(1)} ± ${(100 * usual.halfWidth).toFixed(1)}`,
    signed(estimate(scores.map(({ trained, mean }) => trained - mean))),
    signed(estimate(chosen)),
  ];
}

type Scores = { mean: number; trained: number; chosen: number | undefined };
type Query = { x: Tensor; y: Tensor };

/** The accuracies on one task; the choice is the meta-trained head where nothing can be held out. */
function score(examples: Examples, { x, y }: Query, choose: boolean): Scores {
  const accuracy = (name: HeadName, state = HEADS[name].head.fit(examples)): number =>
    Number(HEADS[name].head.scores(state, x).argmax(1).eq(y).to('float32').mean().item());
  const chosenHead = (): number => {
    const keys = Uint32Array.from({ length: examples.x.size(0) }, (_, i) => i);
    const { head, state } = fitExamples(
      { ...examples, ...withSample(keys) },
      { head: 'auto', falseAlarms: 0.05 },
    );
    return accuracy(head, state);
  };
  return {
    mean: accuracy('class-mean'),
    trained: accuracy('meta-trained'),
    chosen: choose ? chosenHead() : undefined,
  };
}

function signed({ mean, halfWidth }: Estimate): string {
  return `${mean < 0 ? '−' : '+'}${(100 * Math.abs(mean)).toFixed(2)} ± ${(100 * halfWidth).toFixed(2)}`;
}
