import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { keyOf, withSample } from '../../lib/serve/calibration/sample';
import { fitExamples } from '../../lib/serve/fit-examples';
import { HEADS } from '../../lib/serve/heads';
import { indices } from '../../lib/serve/heads/features';
import type { Opinion } from '../../lib/serve/monitor/baseline';
import { newSurgeState, watchItem } from '../../lib/serve/monitor/surge-detector';
import { probabilitiesOf } from '../../lib/serve/predict';
import type { LabeledText, SentenceEncoder } from '../../lib/text';
import { RandomSource } from '../../lib/text/random-source';
import { torch } from '../../lib/torch';
import { quantileOf } from '../../lib/train/metrics/resample';
import { DATA, ENCODERS, features } from './data';

const STREAMS = 200;
/** Items of a topic before the surge, and after it. */
const [QUIET, SURGE] = [10_000, 200];
/** The share of negative reviews before the surge. */
const USUAL = 0.2;
const SETTINGS = { itemsPerFalseAlarm: 10_000, baseline: 200 };
const SHOTS = 50;

/** What the model says of real reviews, those that people call negative and the others. */
type Reviews = {
  readonly negative: readonly Opinion[];
  readonly other: readonly Opinion[];
  right: number;
};

/**
 * Streams of English reviews of NusaX whose negative share rises from 20 % to 80 %, or less, as a few-shot model of 50
 * examples a label sees them. The baseline is a fixed threshold for the share of the last 50 items, three standard
 * deviations above the model's share in a quiet stream.
 */
export async function monitorTable(names: readonly string[]): Promise<string[][]> {
  const lines = [
    [
      'encoder',
      'accuracy of «negative», %',
      'rule',
      'surge to, %',
      'false alarms in 10,000 items',
      'found within 50 items, %',
      'median delay',
      '95 % of delays below',
    ],
  ];
  for (const name of names) {
    using encoder = await ENCODERS[name]?.();
    if (encoder === undefined) continue;
    const reviews = await judged(encoder);
    for (const [rule, watch, share] of RULES) {
      const runs = Array.from({ length: STREAMS }, (_, seed) => run(reviews, seed, watch, share));
      const found = runs.map(({ delay }) => delay);
      const sorted = Float64Array.from(found).sort();
      const alarms = runs.reduce((sum, one) => sum + one.alarms, 0);
      lines.push([
        name,
        (100 * reviews.right).toFixed(1),
        rule,
        (100 * share).toFixed(0),
        ((10_000 * alarms) / (STREAMS * QUIET)).toFixed(2),
        ((100 * found.filter((delay) => delay <= 50).length) / STREAMS).toFixed(1),
        quantileOf(sorted, 0.5).toFixed(0),
        quantileOf(sorted, 0.95).toFixed(0),
      ]);
    }
  }
  return lines;
}

function readReviews(part: string): LabeledText[] {
  const file = readFileSync(join(DATA, `nusax-senti/english/${part}.csv`), 'utf8');
  const rows: { text: string; label: string }[] = parse(file, { columns: true, bom: true });
  return rows.map(({ text, label }) => ({ text, label }));
}

async function judged(encoder: SentenceEncoder): Promise<Reviews> {
  const [train, test] = [readReviews('train'), readReviews('test')];
  const own = await features(encoder, { name: 'nusax/train', rows: train });
  const others = await features(encoder, { name: 'nusax/test', rows: test });
  return torch.scope(() => {
    const labels = ['negative', 'neutral', 'positive'];
    const random = new RandomSource(0);
    const drawn = labels.map((label) => {
      const places = [...train.keys()].filter((i) => train[i]?.label === label);
      return random.sample(places, Math.min(SHOTS, places.length));
    });
    const places = drawn.flat();
    const fitted = fitExamples(
      {
        x: own.indexSelect(0, indices(places)),
        y: indices(drawn.flatMap((rows, label) => rows.map(() => label))),
        labels: labels.length,
        ...withSample(Uint32Array.from(places, (row) => keyOf(train[row]?.text ?? ''))),
      },
      { head: 'auto', falseAlarms: 0.05 },
    );
    const scores = HEADS[fitted.head].head.scores(fitted.state, others);
    const probabilities = probabilitiesOf(fitted, scores);
    const guesses = probabilities.argmax(1).tolist() as bigint[];
    const worst = probabilities.select(1, 0).tolist() as number[];
    const opinions = worst.map((score, i) => ({ negative: guesses[i] === 0n, score }));
    const isNegative = test.map(({ label }) => label === 'negative');
    const right = opinions.filter(({ negative }, i) => negative === isNegative[i]).length;
    return {
      negative: opinions.filter((_, i) => isNegative[i]),
      other: opinions.filter((_, i) => !isNegative[i]),
      right: right / test.length,
    };
  });
}

/** Tells for each item whether an alarm is raised. */
type Watch = (quiet: readonly Opinion[]) => (item: Opinion, i: number) => boolean;

const sequential: Watch = () => {
  const state = newSurgeState();
  return (item, i) => watchItem(state, item, i, SETTINGS) !== null;
};

/** What the probabilities are worth: the same test on decisions. */
const decisions: Watch = () => {
  const state = newSurgeState();
  return ({ negative }, i) =>
    watchItem(state, { negative, score: negative ? 1 : 0 }, i, SETTINGS) !== null;
};

/** Counts again after 50 items: else one excursion would be many alarms. */
const fixed: Watch = (quiet) => {
  const share = quiet.filter(({ negative }) => negative).length / quiet.length;
  const most = 50 * share + 3 * Math.sqrt(50 * share * (1 - share));
  let window: boolean[] = [];
  return ({ negative }) => {
    window = [...window, negative].slice(-50);
    const raised = window.length === 50 && window.filter(Boolean).length > most;
    if (raised) window = [];
    return raised;
  };
};

/** The rules, and the share of negative reviews after the onset. */
const RULES: readonly (readonly [string, Watch, number])[] = [
  ['sequential test', sequential, 0.8],
  ['the same on decisions alone', decisions, 0.8],
  ['fixed threshold', fixed, 0.8],
  ['sequential test', sequential, 0.6],
  ['sequential test', sequential, 0.5],
];

function run(
  reviews: Reviews,
  seed: number,
  watch: Watch,
  surge: number,
): { alarms: number; delay: number } {
  const random = new RandomSource(seed);
  const draw = (share: number): Opinion => {
    const list = random.nextFloat() < share ? reviews.negative : reviews.other;
    return list[random.int(list.length)] ?? { negative: false, score: 0 };
  };
  const raised = watch(Array.from({ length: 1000 }, () => draw(USUAL)));
  let alarms = 0;
  for (let i = 0; i < QUIET; i++) if (raised(draw(USUAL), i)) alarms++;
  for (let i = 0; i < SURGE; i++)
    if (raised(draw(surge), QUIET + i)) return { alarms, delay: i + 1 };
  return { alarms, delay: SURGE };
}
