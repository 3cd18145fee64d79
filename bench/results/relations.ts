import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classMean } from '../../lib/serve/heads/class-mean';
import { indices } from '../../lib/serve/heads/features';
import { logistic } from '../../lib/serve/heads/logistic';
import { pairFeatures } from '../../lib/serve/tasks/relations/pair-features';
import type { RelationExample, SentenceEncoder } from '../../lib/text';
import { RandomSource } from '../../lib/text/random-source';
import { type Tensor, torch } from '../../lib/torch';
import { estimate, formatAccuracy } from '../../lib/train';
import { DATA, ENCODERS, features, kept, rowsByLabel, wanted } from './data';
import { difference } from './scores';

const SETS = ['wiki', 'nyt', 'pubmed', 'semeval'];
/** Sentences of each relation. */
const MOST = 60;
const WAYS = 5;
const SHOTS = [1, 5];
const QUERIES = 10;
const EPISODES = 200;

/** Features of a method `[n, F]`, and how it tells labels apart. */
type Method = { x: Tensor; head: 'class mean' | 'regression' };
type Episode = { support: number[]; query: number[] };

/**
 * FewRel: 5 relations at a time, from one and five sentences of each. The class mean and logistic regression on the
 * vector of the sentence, and `serve.RelationClassifier`, which sees where the two entities are.
 */
export async function relationTable(names: readonly string[]): Promise<string[][]> {
  const head = ['encoder', 'data', 'shots', 'class mean', 'logistic regression', 'with entities'];
  const lines = [[...head, 'gain over the class mean', 'gain over regression']];
  for (const name of names.filter((one) => one !== 'glove')) {
    using encoder = await ENCODERS[name]?.();
    if (encoder === undefined) continue;
    for (const set of SETS) {
      if (!wanted('--data', set)) continue;
      const rows = readRelations(set);
      const sentences = await features(encoder, {
        name: set,
        rows: rows.map(({ tokens, label }) => ({ text: tokens.join(' '), label })),
      });
      const methods: Method[] = [
        { x: sentences, head: 'class mean' },
        { x: sentences, head: 'regression' },
        { x: await entityFeatures(encoder, rows), head: 'regression' },
      ];
      for (const shots of SHOTS) {
        const scores = accuracies(rows, methods, shots);
        const of = (i: number): number[] => scores.map((one) => one[i] ?? Number.NaN);
        const gain = (i: number) => difference(scores.map((one) => (one[2] ?? 0) - (one[i] ?? 0)));
        const cells = [0, 1, 2].map((i) => formatAccuracy(estimate(of(i))));
        const line = [name, `fewrel/${set}`, String(shots), ...cells, gain(0), gain(1)];
        console.error(line.join(' | '));
        lines.push(line);
      }
    }
  }
  return lines;
}

/** The first sentences of each relation whose entities lie apart, each in neighbouring tokens. */
function readRelations(set: string): RelationExample[] {
  type Mention = [string, string, number[][]];
  const all: Record<string, { tokens: string[]; h: Mention; t: Mention }[]> = JSON.parse(
    readFileSync(join(DATA, `fewrel/val_${set}.json`), 'utf8'),
  );
  const spanOf = ([, , [places = []]]: Mention) => {
    const [start = -1, last = -1] = [places[0], places.at(-1)];
    return last - start === places.length - 1 ? { start, end: last + 1 } : undefined;
  };
  return Object.entries(all).flatMap(([label, sentences]) =>
    sentences
      .flatMap(({ tokens, h, t }) => {
        const [head, tail] = [spanOf(h), spanOf(t)];
        if (head === undefined || tail === undefined) return [];
        const apart = head.end <= tail.start || tail.end <= head.start;
        return apart ? [{ tokens, head, tail, label }] : [];
      })
      .slice(0, MOST),
  );
}

const entityFeatures = (encoder: SentenceEncoder, rows: readonly RelationExample[]) =>
  kept([encoder.fingerprint, 'entity pairs', JSON.stringify(rows)], () =>
    pairFeatures(encoder, rows),
  );

/** For each episode the accuracy of each method. */
function accuracies(
  rows: readonly RelationExample[],
  methods: readonly Method[],
  shots: number,
): number[][] {
  const byLabel = rowsByLabel(rows.map(({ tokens, label }) => ({ text: tokens.join(' '), label })));
  const random = new RandomSource(1);
  return Array.from({ length: EPISODES }, () => {
    const drawn = random
      .sample([...byLabel.values()], WAYS)
      .map((own) => random.sample(own, shots + QUERIES));
    const episode = {
      support: drawn.flatMap((own) => own.slice(0, shots)),
      query: drawn.flatMap((own) => own.slice(shots)),
    };
    return methods.map((method) => torch.scope(() => accuracy(method, episode)));
  });
}

function accuracy({ x, head }: Method, { support, query }: Episode): number {
  const own = (rows: readonly number[]): number[] =>
    rows.map((_, i) => Math.floor(i / (rows.length / WAYS)));
  const examples = {
    x: x.indexSelect(0, indices(support)),
    y: indices(own(support)),
    labels: WAYS,
  };
  const asked = x.indexSelect(0, indices(query));
  const scores =
    head === 'class mean'
      ? classMean.scores(classMean.fit(examples), asked)
      : logistic.scores(logistic.fit(examples), asked);
  const right = scores.argmax(1).eq(indices(own(query)));
  return Number(right.to('float64').mean().item());
}
