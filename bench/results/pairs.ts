import { PairClassifier, type PairExample } from '../../lib/serve';
import { WordTokenizer } from '../../lib/text';
import { RandomSource } from '../../lib/text/random-source';
import { estimate, formatAccuracy } from '../../lib/train';
import { calibrationError } from '../../lib/train/metrics/calibration';
import { ENCODERS, readPart, rowsByLabel } from './data';
import { RememberingEncoder } from './remembering-encoder';
import { difference } from './scores';

const SEEDS = 5;
/** Pairs to learn from, and intents that they are of; those that are asked for are of the other intents. */
const PAIRS = [20, 60, 200];
const INTENTS = 20;
const ASKED = 600;

type Scores = { words: number; cosine: number; classifier: number; error: number };
/** Pairs with a number each, which says how much alike the two are. */
type Rated = { pairs: readonly PairExample[]; alike: readonly number[] };

/**
 * BANKING77: whether two questions are of one intent, learned from pairs of 20 intents and asked of pairs of the 57
 * others, half of either kind. Baselines are thresholds, those that tell the examples best: of the cosine of the
 * encoder's vectors, and of the share of words that both have.
 */
export async function pairTable(names: readonly string[]): Promise<string[][]> {
  const head = [
    'encoder',
    'pairs',
    'words in common',
    'cosine',
    'classifier',
    'gain over the cosine',
  ];
  const lines = [[...head, 'calibration error']];
  for (const name of names) {
    using own = await ENCODERS[name]?.();
    if (own === undefined) continue;
    const encoder = new RememberingEncoder(own);
    for (const part of ['banking77/train', 'banking77/test']) {
      await encoder.remember(readPart(part).rows.map(({ text }) => text));
    }
    for (const count of PAIRS) {
      const runs: Scores[] = [];
      for (let seed = 0; seed < SEEDS; seed++) runs.push(await run(encoder, count, seed));
      const mean = (key: keyof Scores) => formatAccuracy(estimate(runs.map((one) => one[key])));
      const gain = difference(runs.map(({ classifier, cosine }) => classifier - cosine));
      const errors = estimate(runs.map(({ error }) => error)).mean.toFixed(3);
      const cells = [mean('words'), mean('cosine'), mean('classifier'), gain, errors];
      lines.push([name, String(count), ...cells]);
      console.error(lines.at(-1)?.join(' | '));
    }
  }
  return lines;
}

async function run(encoder: RememberingEncoder, count: number, seed: number): Promise<Scores> {
  const random = new RandomSource(seed);
  const labels = random.shuffle([...rowsByLabel(readPart('banking77/train').rows).keys()]);
  const examples = drawPairs('banking77/train', labels.slice(0, INTENTS), count, random);
  const asked = drawPairs('banking77/test', labels.slice(INTENTS), ASKED, random);
  using classifier = await PairClassifier.fit(encoder, examples);
  const [seen, found] = [await classifier.predict(examples), await classifier.predict(asked)];
  const right = found.map(({ label }, i) => (label === asked[i]?.label ? 1 : 0));
  const cosines = (answers: typeof found) => answers.map(({ similarity }) => similarity);
  return {
    words: byThreshold(
      { pairs: examples, alike: examples.map(wordsInCommon) },
      { pairs: asked, alike: asked.map(wordsInCommon) },
    ),
    cosine: byThreshold(
      { pairs: examples, alike: cosines(seen) },
      { pairs: asked, alike: cosines(found) },
    ),
    classifier: estimate(right).mean,
    error: calibrationError(
      found.map(({ probability }) => probability),
      right,
    ),
  };
}

/** Pairs of different texts: every other one of one intent, the rest of two. */
function drawPairs(
  part: string,
  labels: readonly string[],
  count: number,
  random: RandomSource,
): PairExample[] {
  const { rows } = readPart(part);
  const byLabel = rowsByLabel(rows);
  const textsOf = (label = '', texts: number): string[] =>
    random.sample(byLabel.get(label) ?? [], texts).map((place) => rows[place]?.text ?? '');
  return Array.from({ length: count }, (_, i) => {
    const [one, other] = random.sample(labels, 2);
    const same = i % 2 === 0;
    const [first = '', second = ''] = same
      ? textsOf(one, 2)
      : [...textsOf(one, 1), ...textsOf(other, 1)];
    return { first, second, label: same ? 'same' : 'different' };
  });
}

const tokenizer = new WordTokenizer();

/** The share of the words of two texts that both have. */
function wordsInCommon({ first, second }: PairExample): number {
  const [own, other] = [first, second].map((text) => new Set(tokenizer.tokenize(text)));
  const both = [...(own ?? [])].filter((word) => other?.has(word)).length;
  return both / new Set([...(own ?? []), ...(other ?? [])]).size;
}

/** The share of the asked pairs that the threshold tells right which tells the examples best. */
function byThreshold(examples: Rated, asked: Rated): number {
  const rightFrom = ({ pairs, alike }: Rated, least: number): number =>
    pairs.filter(({ label }, i) => (label === 'same') === (alike[i] ?? 0) >= least).length /
    pairs.length;
  const [best = 0] = [...examples.alike].sort(
    (a, b) => rightFrom(examples, b) - rightFrom(examples, a),
  );
  return rightFrom(asked, best);
}
