import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { keyOf, withSample } from '../../lib/serve/calibration/sample';
import { fitExamples } from '../../lib/serve/fit-examples';
import { HEADS } from '../../lib/serve/heads';
import { indices } from '../../lib/serve/heads/features';
import { newSurgeState, watchItem } from '../../lib/serve/monitor/surge-detector';
import type { LabeledText, SentenceEncoder } from '../../lib/text';
import { RandomSource } from '../../lib/text/random-source';
import { torch } from '../../lib/torch';
import { quantileOf } from '../../lib/train/metrics/resample';
import { DATA, ENCODERS, features } from './data';

const STREAMS = 200;
/** Items of a topic before the surge, and after it. */
const [QUIET, SURGE] = [10_000, 200];
const SHARES: readonly [number, number] = [0.2, 0.8];
const SETTINGS = { itemsPerFalseAlarm: 10_000, baseline: 200 };
const SHOTS = 50;

/** Real reviews by what people and the model say of them: 1 for negative. */
type Reviews = {
  readonly negative: readonly number[];
  readonly other: readonly number[];
  right: number;
};

/**
 * Streams of English reviews of NusaX whose negative share rises from 20 % to 80 %, as a few-shot model of 50 examples a
 * label sees them. The baseline is a fixed threshold for the share of the last 50 items, three standard deviations above
 * the model's share in a quiet stream.
 */
export async function monitorTable(names: readonly string[]): Promise<string[][]> {
  const lines = [
    [
      'encoder',
      'accuracy of «negative», %',
      'rule',
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
    for (const [rule, watch] of Object.entries({
      'sequential test': sequential,
      'fixed threshold': fixed,
    })) {
      const runs = Array.from({ length: STREAMS }, (_, seed) => run(reviews, seed, watch));
      const found = runs.map(({ delay }) => delay);
      const sorted = Float64Array.from(found).sort();
      const alarms = runs.reduce((sum, one) => sum + one.alarms, 0);
      lines.push([
        name,
        (100 * reviews.right).toFixed(1),
        rule,
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
    const guesses = HEADS[fitted.head].head.scores(fitted.state, others).argmax(1);
    const negative = (guesses.tolist() as bigint[]).map((guess) => (guess === 0n ? 1 : 0));
    const isNegative = test.map(({ label }) => label === 'negative');
    const right = negative.filter((guess, i) => (guess === 1) === isNegative[i]).length;
    return {
      negative: negative.filter((_, i) => isNegative[i]),
      other: negative.filter((_, i) => !isNegative[i]),
      right: right / test.length,
    };
  });
}

/** Tells for each item whether an alarm is raised. */
type Watch = (quiet: readonly number[]) => (x: number, i: number) => boolean;

const sequential: Watch = () => {
  const state = newSurgeState();
  return (x, i) => watchItem(state, x === 1, i, SETTINGS) !== null;
};

/** Counts again after 50 items: else one excursion would be many alarms. */
const fixed: Watch = (quiet) => {
  const share = quiet.reduce((sum, x) => sum + x, 0) / quiet.length;
  const most = 50 * share + 3 * Math.sqrt(50 * share * (1 - share));
  let window: number[] = [];
  return (x) => {
    window = [...window, x].slice(-50);
    const raised = window.length === 50 && window.reduce((sum, one) => sum + one, 0) > most;
    if (raised) window = [];
    return raised;
  };
};

function run(reviews: Reviews, seed: number, watch: Watch): { alarms: number; delay: number } {
  const random = new RandomSource(seed);
  const draw = (share: number): number => {
    const list = random.nextFloat() < share ? reviews.negative : reviews.other;
    return list[random.int(list.length)] ?? 0;
  };
  const raised = watch(Array.from({ length: 1000 }, () => draw(SHARES[0])));
  let alarms = 0;
  for (let i = 0; i < QUIET; i++) if (raised(draw(SHARES[0]), i)) alarms++;
  for (let i = 0; i < SURGE; i++)
    if (raised(draw(SHARES[1]), QUIET + i)) return { alarms, delay: i + 1 };
  return { alarms, delay: SURGE };
}
