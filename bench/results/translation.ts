import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metaTrained } from '../../lib/serve/tasks/translation/meta-train';
import { type EncoderDecoder, encoderDecoder, type PhrasePair } from '../../lib/text';
import { RandomSource } from '../../lib/text/random-source';
import { bleu, chrf, estimate, formatAccuracy, trainEncoderDecoder } from '../../lib/train';
import { DATA } from './data';
import { difference } from './scores';

const SEEDS = 5;
const SHOTS = [10, 50] as const;
/** Learned from and asked for; all into German. */
const LEARNED = ['en', 'nl', 'da', 'it', 'de-muc', 'de-ba'];
const ASKED = ['gsw', 'de-st'];
/** The most characters of a text, and the most sentences of a test. */
const [LONGEST, ASKED_FOR] = [40, 100];
const SIZE = { hiddenSize: 48 };
/** All pairs together; then as many steps again on them, or of Reptile, both on 32 pairs a step. */
const TOGETHER = { steps: 250, batchSize: 32, learningRate: 5e-3 };
const LONGER = { steps: 100, batchSize: 32, learningRate: 2e-3 };
const META_STEPS = 20;
const ADAPT = { steps: 20, batchSize: 16, learningRate: 5e-4 };
const SCRATCH = { steps: 60, batchSize: 16, learningRate: 5e-3 };

/** What each method has written for a pair that was asked for. */
type Answers = Record<string, readonly string[]>;

const METHODS = [
  'source as it is',
  'nearest example',
  'from scratch',
  'all pairs, not adapted',
  'all pairs',
  'meta-trained',
] as const;

/**
 * xSID: sentences of dialects into German, which the model has seen from other languages and dialects, after 10 or 50
 * examples of the dialect. No sentence of the test is among those of training in any language.
 */
export async function translationTable(): Promise<string[][]> {
  const valid = Object.fromEntries(
    [...LEARNED, ...ASKED].map((own) => [own, intoGerman(own, 'valid')]),
  );
  const known = new Set(texts('de', 'valid'));
  const test = Object.fromEntries(
    ASKED.map((own) => [
      own,
      intoGerman(own, 'test')
        .filter(({ target }) => !known.has(target))
        .slice(0, ASKED_FOR),
    ]),
  );
  const scores = new Map<string, number[]>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const learned = Object.fromEntries(LEARNED.map((own) => [own, valid[own] ?? []]));
    using together = await trainedTogether(learned, seed);
    using joint = await trainEncoderDecoder(together, Object.values(learned).flat(), {
      ...LONGER,
      seed,
    });
    using meta = await metaTrained(together, learned, { metaSteps: META_STEPS, seed });
    for (const own of ASKED) {
      const pairs = test[own] ?? [];
      const before = written(joint, pairs);
      for (const shots of SHOTS) {
        const examples = new RandomSource(seed).sample(valid[own] ?? [], shots);
        const answers = {
          ...(await answersOf(pairs, examples, { meta, joint }, seed)),
          'all pairs, not adapted': before,
        };
        keep(scores, `${own} | ${shots}`, pairs, answers);
      }
    }
    console.error(`${seed + 1} of ${SEEDS} seeds`);
  }
  return tableOf(scores, test);
}

function texts(language: string, part: string): string[] {
  const file = readFileSync(join(DATA, `xsid-0.7/${language}.${part}.conll`), 'utf8');
  return [...file.matchAll(/^# text = (.*)$/gm)].map(([, text = '']) => text.trim());
}

function intoGerman(language: string, part: string): PhrasePair[] {
  const german = texts('de', part);
  return texts(language, part)
    .map((source, i) => ({ source, target: german[i] ?? '' }))
    .filter((own) => Math.max(own.source.length, own.target.length) <= LONGEST);
}

type Pairs = Readonly<Record<string, readonly PhrasePair[]>>;

async function trainedTogether(learned: Pairs, seed: number): Promise<EncoderDecoder> {
  const pairs = Object.values(learned).flat();
  using fresh = encoderDecoder(pairs, { ...SIZE, seed });
  return await trainEncoderDecoder(fresh, pairs, { ...TOGETHER, seed });
}

async function answersOf(
  pairs: readonly PhrasePair[],
  examples: readonly PhrasePair[],
  { meta, joint }: { meta: EncoderDecoder; joint: EncoderDecoder },
  seed: number,
): Promise<Answers> {
  const asked = pairs.map(({ source }) => source);
  using fromMeta = await trainEncoderDecoder(meta, examples, { ...ADAPT, seed });
  using fromJoint = await trainEncoderDecoder(joint, examples, { ...ADAPT, seed });
  using fresh = encoderDecoder(examples, { ...SIZE, seed });
  using scratch = await trainEncoderDecoder(fresh, examples, { ...SCRATCH, seed });
  return {
    'source as it is': asked,
    'nearest example': asked.map((source) => nearest(source, examples)),
    'from scratch': written(scratch, pairs),
    'all pairs': written(fromJoint, pairs),
    'meta-trained': written(fromMeta, pairs),
  };
}

function written(model: EncoderDecoder, pairs: readonly PhrasePair[]): string[] {
  const sources = pairs.map(({ source }) => source);
  return model.generate(sources, { beams: 1 }).map(({ text }) => text);
}

/** The target of the example whose source is most like the text. */
function nearest(source: string, examples: readonly PhrasePair[]): string {
  const likeness = examples.map((own) => chrf([own.source], [[source]]));
  return examples[likeness.indexOf(Math.max(...likeness))]?.target ?? '';
}

function keep(
  scores: Map<string, number[]>,
  row: string,
  pairs: readonly PhrasePair[],
  answers: Answers,
): void {
  const right = pairs.map(({ target }) => [target]);
  for (const [method, own] of Object.entries(answers)) {
    for (const [measure, value] of [
      ['chrF', chrf(own, right)],
      ['BLEU', bleu(own, right).score],
    ] as const) {
      const key = `${row} | ${measure} | ${method}`;
      scores.set(key, [...(scores.get(key) ?? []), value / 100]);
    }
  }
}

function tableOf(scores: ReadonlyMap<string, readonly number[]>, test: Pairs): string[][] {
  const lines = [
    ['into German from', 'sentences', 'examples', 'measure', ...METHODS, 'gain over all pairs'],
  ];
  for (const own of ASKED) {
    for (const shots of SHOTS) {
      for (const measure of ['chrF', 'BLEU']) {
        const of = (method: string) =>
          scores.get(`${own} | ${shots} | ${measure} | ${method}`) ?? [];
        const joint = of('all pairs');
        lines.push([
          own,
          String(test[own]?.length),
          String(shots),
          measure,
          ...METHODS.map((method) => formatAccuracy(estimate(of(method)))),
          difference(of('meta-trained').map((value, i) => value - (joint[i] ?? 0))),
        ]);
      }
    }
  }
  return lines;
}
