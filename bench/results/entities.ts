import { join } from 'node:path';
import { normalize } from '../../lib/meta/metric/normalize';
import { type Boundaries, fitBoundaries } from '../../lib/serve/tasks/entities/boundaries';
import { entityFeatures } from '../../lib/serve/tasks/entities/features';
import { fitEntities, taggedBy, typesOf } from '../../lib/serve/tasks/entities/fitted';
import { type Entity, readEntities, type SentenceEncoder, type TaggedTokens } from '../../lib/text';
import { RandomSource } from '../../lib/text/random-source';
import { SHAPE_FEATURES, tokenTags } from '../../lib/text/tasks/entities';
import { type Tensor, torch } from '../../lib/torch';
import { estimate, formatAccuracy, spanScores } from '../../lib/train';
import { DATA, ENCODERS, kept, wanted } from './data';
import { difference } from './scores';

const DOMAINS = ['ai', 'literature', 'politics', 'science'];
const PARTS = { train: 'train.txt', dev: 'dev.txt', test: 'test.txt' };
/** Emerging entities of WNUT 2017, for which CrossNER's domains are the other ones. */
const WNUT = {
  train: 'wnut17train.conll',
  dev: 'emerging.dev.conll',
  test: 'emerging.test.annotated',
};
const SHOTS = 5;
const SEEDS = 5;
/** Sentences that are read of parts which would take long to encode. */
const MOST = { test: 200, dev: 150, train: 600 };

/** Sentences and the features of all their words, one after the other. */
type Part = { sentences: readonly TaggedTokens[]; x: Tensor };
type Parts = Record<'train' | 'dev' | 'test', Part>;

/**
 * Entities of CrossNER's domains from 5 examples of each type, drawn from the domain's training part, over 5 draws:
 * the nearest token of the examples, closed-form heads on the examples alone, and on top of boundaries that were
 * learned on the other domains.
 */
export async function entityTable(names: readonly string[]): Promise<string[][]> {
  const lines = [['encoder', 'domain', 'method', 'precision', 'recall', 'F1', 'gain in F1']];
  for (const name of names.filter((one) => one !== 'glove')) {
    using encoder = await ENCODERS[name]?.();
    if (encoder === undefined) continue;
    const parts = new Map<string, Parts>();
    for (const domain of DOMAINS) {
      parts.set(domain, await readParts(encoder, `crossner/${domain}`, PARTS));
    }
    const crossNer = [...parts];
    parts.set('wnut17', await readParts(encoder, 'wnut17', WNUT));
    for (const [domain, { train, test }] of parts) {
      if (!wanted('--domain', domain)) continue;
      const others = crossNer.filter(([one]) => one !== domain).map(([, part]) => part);
      const source = joined(others.flatMap((part) => [part.train, part.dev]));
      const boundaries = torch.scope(() => fitBoundaries(source.x, source.sentences));
      lines.push(...rowsOf(name, domain, train, test, boundaries));
    }
  }
  return lines;
}

function rowsOf(name: string, domain: string, train: Part, test: Part, boundaries: Boundaries) {
  const methods: Record<string, (support: Part) => Entity[][]> = {
    'nearest token': (support) => nearestToken(support, test, statesOf),
    'nearest token and spelling': (support) => nearestToken(support, test, ({ x }) => normalize(x)),
    'examples alone': (support) => closedForm(support, test),
    'with boundaries of the other domains': (support) => closedForm(support, test, boundaries),
  };
  const right = test.sentences.map(({ entities }) => entities);
  const draws = Array.from({ length: SEEDS }, (_, seed) => draw(train, seed));
  let base: number[] | undefined;
  return Object.entries(methods).map(([method, find]) => {
    const scores = draws.map((support) => torch.scope(() => spanScores(find(support), right)));
    const f1 = scores.map((one) => one.f1);
    base ??= f1;
    const gain = f1.map((value, i) => value - (base?.[i] ?? Number.NaN));
    const of = (key: 'precision' | 'recall' | 'f1') =>
      formatAccuracy(estimate(scores.map((one) => one[key])));
    const line = [name, domain, method, of('precision'), of('recall'), of('f1'), difference(gain)];
    console.error(line.join(' | '));
    return line;
  });
}

function closedForm(support: Part, test: Part, boundaries?: Boundaries): Entity[][] {
  const names = typesOf(support.sentences);
  const fitted = fitEntities(support.x, support.sentences, boundaries);
  return taggedBy(
    fitted,
    names,
    test.x,
    test.sentences.map(({ tokens }) => tokens.length),
  );
}

/** What the encoder alone makes of words. */
const statesOf = ({ x }: Part): Tensor => normalize(x.narrow(1, 0, x.size(1) - SHAPE_FEATURES));

/**
 * Each word has the tag of the word of the examples whose vector is nearest, and neighbours of one type are an
 * entity: NNShot of Yi Yang and Arzoo Katiyar, EMNLP 2020, on a frozen encoder.
 */
function nearestToken(support: Part, test: Part, vectors: (part: Part) => Tensor): Entity[][] {
  const tags = support.sentences.flatMap(tokenTags);
  const nearest = vectors(test).matmul(vectors(support).mT).argmax(1).to('int32').data();
  let at = 0;
  return test.sentences.map(({ tokens }) => {
    const entities: { type: string; start: number; end: number }[] = [];
    for (const [i] of tokens.entries()) {
      const type = tags[Number(nearest[at++])]?.type;
      const last = entities.at(-1);
      if (type === undefined) continue;
      if (last !== undefined && last.end === i && last.type === type) last.end++;
      else entities.push({ type, start: i, end: i + 1 });
    }
    return entities;
  });
}

/**
 * Sentences with at least 5 entities of each type, or all there are, and not many more: the rarest types first, and
 * then without sentences that are not needed, as Yang and Katiyar draw them.
 */
function draw({ sentences, x }: Part, seed: number): Part {
  const order = new RandomSource(seed).sample([...sentences.keys()], sentences.length);
  const countIn = (rows: readonly number[], type: string): number =>
    rows.reduce(
      (sum, i) => sum + (sentences[i]?.entities.filter((e) => e.type === type).length ?? 0),
      0,
    );
  const totals = new Map(typesOf(sentences).map((type) => [type, countIn(order, type)]));
  const wanted = [...totals].toSorted(([, a], [, b]) => a - b);
  const enough = (rows: readonly number[], type: string, total: number): boolean =>
    countIn(rows, type) >= Math.min(SHOTS, total);
  let chosen: number[] = [];
  for (const [type, total] of wanted) {
    for (const i of order) {
      if (enough(chosen, type, total)) break;
      if (!chosen.includes(i) && countIn([i], type) > 0) chosen.push(i);
    }
  }
  for (const i of [...chosen]) {
    const rest = chosen.filter((other) => other !== i);
    if (wanted.every(([type, total]) => enough(rest, type, total))) chosen = rest;
  }
  const starts: number[] = [];
  let words = 0;
  for (const { tokens } of sentences) {
    starts.push(words);
    words += tokens.length;
  }
  return {
    sentences: chosen.flatMap((i) => sentences[i] ?? []),
    x: torch.cat(chosen.map((i) => x.narrow(0, starts[i] ?? 0, sentences[i]?.tokens.length ?? 0))),
  };
}

function joined(parts: readonly Part[]): Part {
  return {
    sentences: parts.flatMap(({ sentences }) => sentences),
    x: torch.cat(parts.map(({ x }) => x)),
  };
}

async function readParts(
  encoder: SentenceEncoder,
  folder: string,
  files: Record<keyof Parts, string>,
): Promise<Parts> {
  return {
    train: await readPart(encoder, `${folder}/${files.train}`, MOST.train),
    dev: await readPart(encoder, `${folder}/${files.dev}`, MOST.dev),
    test: await readPart(encoder, `${folder}/${files.test}`, MOST.test),
  };
}

/** The first sentences of a part; encoded once and kept in the system's temporary folder. */
async function readPart(encoder: SentenceEncoder, file: string, most = Infinity): Promise<Part> {
  const all = await readEntities(join(DATA, file));
  const sentences = all.slice(0, most);
  const texts = sentences.map(({ tokens }) => tokens);
  const of = [`${encoder.fingerprint} words`, JSON.stringify(texts)];
  return { sentences, x: await kept(of, () => entityFeatures(encoder, texts)) };
}
