import { normalize } from '../../lib/meta/metric/normalize';
import { classMean } from '../../lib/serve/heads/class-mean';
import { indices } from '../../lib/serve/heads/features';
import {
  bestVote,
  neighborhoods,
  probabilitiesOf,
} from '../../lib/serve/tasks/instances/neighbor-vote';
import { Bm25, type LabeledText } from '../../lib/text';
import { nameAsText } from '../../lib/text/name-as-text';
import { type Tensor, torch } from '../../lib/torch';
import { estimate, formatAccuracy } from '../../lib/train';
import { drawnPlaces, ENCODERS, features, readPart, rowsByLabel } from './data';
import { difference } from './scores';

const SEEDS = 5;
const SHOTS = [1, 5, 20];

/** Texts with their vectors `[n, D]`. */
type Texts = { rows: readonly LabeledText[]; x: Tensor };
type Found = readonly (string | undefined)[];
type Run = { words: number; nearest: number; vote: number; means: number };

/**
 * BANKING77's 77 intents by stored examples: the nearest decide, by the vote that is best for those left out. Baselines
 * are the example with the best BM25 score, the one nearest, and the class mean. Without examples the names of the
 * intents are the stored texts.
 */
export async function instanceTable(names: readonly string[]): Promise<string[][]> {
  const head = ['encoder', 'examples of a label', 'best by BM25', 'the nearest one', 'votes'];
  const lines = [[...head, 'gain over the nearest', 'class mean']];
  const [train, test] = [readPart('banking77/train'), readPart('banking77/test')];
  for (const name of names) {
    using encoder = await ENCODERS[name]?.();
    if (encoder === undefined) continue;
    const asked = { rows: test.rows, x: await features(encoder, test) };
    const all = { rows: train.rows, x: await features(encoder, train) };
    const labels = [...rowsByLabel(train.rows).keys()];
    const named = labels.map((label) => ({ text: nameAsText(label), label }));
    using x = torch.scope(() => normalize(encoder.encodeSync(named.map(({ text }) => text))));
    const zero = torch.scope(() => outcome({ rows: named, x }, asked));
    const percent = (value: number): string => (100 * value).toFixed(1);
    lines.push([name, '0, names', percent(zero.words), percent(zero.nearest), '', '', '']);
    for (const shots of SHOTS) {
      const runs = Array.from({ length: SEEDS }, (_, seed) =>
        torch.scope(() => outcome(partOf(all, drawnPlaces(train.rows, shots, seed)), asked)),
      );
      const mean = (key: keyof Run) => formatAccuracy(estimate(runs.map((run) => run[key])));
      const gain = difference(runs.map(({ vote, nearest }) => vote - nearest));
      const cells = [mean('words'), mean('nearest'), mean('vote'), gain, mean('means')];
      lines.push([name, String(shots), ...cells]);
      console.error(lines.at(-1)?.join(' | '));
    }
  }
  return lines;
}

function partOf({ rows, x }: Texts, places: readonly number[]): Texts {
  return {
    rows: places.flatMap((place) => rows[place] ?? []),
    x: x.indexSelect(0, indices(places)),
  };
}

/** The share of right answers by each method. */
function outcome(stored: Texts, asked: Texts): Run {
  const labels = stored.rows.map(({ label }) => label);
  const around = neighborhoods(asked.x, stored.x);
  const vote = bestVote(neighborhoods(stored.x, stored.x, true), labels);
  const right = (found: Found): number =>
    found.filter((label, i) => label === asked.rows[i]?.label).length / asked.rows.length;
  return {
    words: right(wordLabels(stored.rows, asked.rows)),
    nearest: right(around.map(({ places }) => labels[places[0] ?? 0])),
    vote: right(around.map((one) => likeliest(probabilitiesOf(one, labels, vote)))),
    means: right(meanLabels(stored, asked)),
  };
}

function wordLabels(stored: readonly LabeledText[], asked: readonly LabeledText[]): Found {
  const index = new Bm25(stored.map(({ text }) => text));
  return asked.map(({ text }) => stored[index.search(text, 1)[0]?.index ?? -1]?.label);
}

function meanLabels({ rows, x }: Texts, asked: Texts): Found {
  const labels = [...rowsByLabel(rows).keys()];
  const y = indices(rows.map(({ label }) => labels.indexOf(label)));
  const state = classMean.fit({ x, y, labels: labels.length });
  const found = classMean.scores(state, asked.x).argmax(1).tolist() as bigint[];
  return found.map((place) => labels[Number(place)]);
}

function likeliest(byLabel: ReadonlyMap<string, number>): string | undefined {
  return [...byLabel].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
